package io.waybill.axonserver.security;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What the node proves itself with and whom it trusts, read from PEM files and found to fit together. */
record TlsIdentity(List<X509Certificate> chain, PrivateKey key, List<X509Certificate> clientAuthorities) {

    private static final Pattern CERTIFICATE_BLOCK = block("CERTIFICATE");

    private static final Pattern KEY_BLOCK = block("PRIVATE KEY");

    private static final Pattern ANY_KEY_BLOCK = Pattern.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----");

    /** How each kind of key signs; used to see that key and certificate belong together. */
    private static final Map<String, String> SIGNATURES = Map.of("RSA", "SHA256withRSA", "EC", "SHA256withECDSA");

    /** Reads all files; {@code clientCa} may be absent. */
    static TlsIdentity read(SettingFile certificate, SettingFile key, @Nullable SettingFile clientCa)
            throws IOException {
        List<X509Certificate> chain = certificates(certificate);
        PrivateKey privateKey = privateKey(key, certificate, chain.getFirst().getPublicKey());
        return new TlsIdentity(chain, privateKey, clientCa == null ? List.of() : certificates(clientCa));
    }

    private static Pattern block(String kind) {
        return Pattern.compile("-----BEGIN %s-----([^-]+)-----END %1$s-----".formatted(kind));
    }

    private static List<X509Certificate> certificates(SettingFile file) throws IOException {
        Matcher block = CERTIFICATE_BLOCK.matcher(new String(file.read(), StandardCharsets.US_ASCII));
        List<X509Certificate> found = new ArrayList<>();
        try {
            while (block.find()) {
                byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
                found.add((X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded)));
            }
        } catch (CertificateException | IllegalArgumentException e) {
            throw file.fault(
                    "holds a certificate that cannot be read (%s)".formatted(e.getMessage()), "Make the file again.");
        }
        if (found.isEmpty()) {
            throw file.fault("holds no certificate", "Name a PEM file, one with lines BEGIN CERTIFICATE.");
        }
        return found;
    }

    private static PrivateKey privateKey(SettingFile file, SettingFile certificate, PublicKey publicKey)
            throws IOException {
        String pem = new String(file.read(), StandardCharsets.US_ASCII);
        Matcher block = KEY_BLOCK.matcher(pem);
        if (!block.find()) {
            String what = ANY_KEY_BLOCK.matcher(pem).find()
                    ? "holds a private key that is not PKCS#8, or has a password"
                    : "holds no private key";
            throw file.fault(what, "Make one of it with: openssl pkcs8 -topk8 -nocrypt -in KEY -out FILE.");
        }
        String algorithm = publicKey.getAlgorithm();
        String signature = SIGNATURES.get(algorithm);
        if (signature == null) {
            throw certificate.fault("is of a key of type " + algorithm, "Use one of an RSA or EC key.");
        }
        PrivateKey key;
        try {
            byte[] encoded = Base64.getMimeDecoder().decode(block.group(1));
            key = KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            if (fits(key, publicKey, signature)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // The cause stays out: it might tell of the key.
            throw file.fault("holds no %s key, as the certificate needs".formatted(algorithm), "Name the key of it.");
        }
        throw file.fault(
                "is not the key of the first certificate in " + certificate.path(),
                "Name the two that belong together, the node's own certificate first.");
    }

    private static boolean fits(PrivateKey key, PublicKey publicKey, String algorithm) throws GeneralSecurityException {
        byte[] probe = algorithm.getBytes(StandardCharsets.US_ASCII);
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(key);
        signature.update(probe);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(probe);
        return signature.verify(signed);
    }

    /** Whose certificate it is and until when; the key is left out. */
    @Override
    public String toString() {
        X509Certificate own = chain.getFirst();
        return "certificate of %s, valid until %s"
                .formatted(own.getSubjectX500Principal(), own.getNotAfter().toInstant());
    }
}
