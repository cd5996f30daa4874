package io.waybill.axonserver.security;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.x500.X500Principal;

/**
 * Somebody who issues certificates for tests, within milliseconds and with nothing but the JDK, which can read
 * certificates but not make them. The encoding is DER as RFC 5280 describes it.
 */
public final class TestAuthority {

    private static final byte[] ECDSA_WITH_SHA256 = HexFormat.of().parseHex("300a06082a8648ce3d040302");
    private static final byte[] SHA256_WITH_RSA = HexFormat.of().parseHex("300d06092a864886f70d01010b0500");
    private static final byte[] BASIC_CONSTRAINTS = HexFormat.of().parseHex("0603551d13");
    private static final byte[] ALTERNATIVE_NAMES = HexFormat.of().parseHex("0603551d11");
    private static final byte[] TRUE = {1, 1, (byte) 0xff};
    private static final byte[] VERSION_3 = {2, 1, 2};

    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;
    private static final int EXPLICIT_0 = 0xa0;
    private static final int EXPLICIT_3 = 0xa3;

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private static final AtomicLong SERIALS = new AtomicLong(1);

    private final String algorithm;
    private final X500Principal name;
    private final Issued own;

    private TestAuthority(String name, String algorithm) {
        this.algorithm = algorithm;
        this.name = new X500Principal("CN=" + name);
        KeyPair keys = newKeys();
        byte[] extensions = sequence(sequence(BASIC_CONSTRAINTS, TRUE, der(OCTET_STRING, sequence(TRUE))));
        own = new Issued(certificate(keys.getPrivate(), keys, this.name, Duration.ofDays(1), extensions), keys);
    }

    /** An authority with EC keys, which are made in no time. */
    public static TestAuthority called(String name) {
        return new TestAuthority(name, "EC");
    }

    /** An authority with RSA keys. */
    static TestAuthority withRsa(String name) {
        return new TestAuthority(name, "RSA");
    }

    /** A certificate for {@code subject}, for this machine, valid for a day. */
    public Issued issue(String subject) {
        return issue(subject, Duration.ofDays(1));
    }

    /** A certificate that is valid from two days ago until {@code validity} from now. */
    Issued issue(String subject, Duration validity) {
        KeyPair keys = newKeys();
        byte[] names =
                sequence(der(DNS_NAME, "localhost".getBytes(US_ASCII)), der(IP_ADDRESS, new byte[] {127, 0, 0, 1}));
        byte[] extensions = sequence(sequence(ALTERNATIVE_NAMES, der(OCTET_STRING, names)));
        X500Principal principal = new X500Principal("CN=" + subject);
        return new Issued(certificate(own.keys.getPrivate(), keys, principal, validity, extensions), keys);
    }

    /** The authority's own certificate, which is what the others trust. */
    public X509Certificate certificate() {
        return own.certificate;
    }

    /** Writes the authority's certificate as PEM. */
    public Path writeCertificate(Path file) {
        return own.writeCertificate(file);
    }

    private KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            generator.initialize(algorithm.equals("EC") ? 256 : 2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private X509Certificate certificate(
            PrivateKey issuer, KeyPair subject, X500Principal subjectName, Duration validity, byte[] extensions) {
        boolean ec = algorithm.equals("EC");
        byte[] signatureAlgorithm = ec ? ECDSA_WITH_SHA256 : SHA256_WITH_RSA;
        Instant now = Instant.now();
        byte[] toBeSigned = sequence(
                der(EXPLICIT_0, VERSION_3),
                der(INTEGER, BigInteger.valueOf(SERIALS.getAndIncrement()).toByteArray()),
                signatureAlgorithm,
                name.getEncoded(),
                sequence(time(now.minus(Duration.ofDays(2))), time(now.plus(validity))),
                subjectName.getEncoded(),
                subject.getPublic().getEncoded(),
                der(EXPLICIT_3, extensions));
        try {
            Signature signature = Signature.getInstance(ec ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(issuer);
            signature.update(toBeSigned);
            byte[] noUnusedBits = {0};
            byte[] encoded = sequence(toBeSigned, signatureAlgorithm, der(BIT_STRING, noUnusedBits, signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] time(Instant instant) {
        return der(GENERALIZED_TIME, TIME.format(instant).getBytes(US_ASCII));
    }

    private static byte[] sequence(byte[]... parts) {
        return der(SEQUENCE, parts);
    }

    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        int length = content.size();
        if (length < 0x80) {
            out.write(length);
        } else if (length < 0x100) {
            out.write(0x81);
            out.write(length);
        } else {
            out.write(0x82);
            out.write(length >> 8);
            out.write(length);
        }
        out.writeBytes(content.toByteArray());
        return out.toByteArray();
    }

    /** A certificate and its key. */
    public record Issued(X509Certificate certificate, KeyPair keys) {

        /** Writes the certificate as PEM. */
        public Path writeCertificate(Path file) {
            try {
                return write(file, "CERTIFICATE", certificate.getEncoded());
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }

        /** Writes the private key as PEM, PKCS#8. */
        public Path writeKey(Path file) {
            try {
                Files.deleteIfExists(file);
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return write(file, "PRIVATE KEY", keys.getPrivate().getEncoded());
        }

        private static Path write(Path file, String kind, byte[] content) {
            String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
            try {
                return Files.writeString(file, "-----BEGIN %s-----\n%s\n-----END %1$s-----\n".formatted(kind, body));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
