package io.waybill.orderview.audit;

import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * What is needed to check heads.
 *
 * @param id the first eight bytes of the SHA-256 of the key, as hexadecimal digits
 */
record PublicAuditKey(PublicKey key, String id) {

    private static final int ID_BYTES = 8;

    /**
     * Reads a key.
     *
     * @param pem X.509 as PEM
     * @throws IllegalArgumentException if it is no such key
     */
    static PublicAuditKey parse(String pem) {
        byte[] encoded = Pem.read(pem, "PUBLIC KEY");
        try {
            PublicKey key = Algorithms.publicKeys().generatePublic(new X509EncodedKeySpec(encoded));
            byte[] hash = Algorithms.sha256().digest(encoded);
            return new PublicAuditKey(key, HexFormat.of().formatHex(Arrays.copyOf(hash, ID_BYTES)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("Not an Ed25519 public key", e);
        }
    }

    String pem() {
        return Pem.write("PUBLIC KEY", key.getEncoded());
    }

    boolean hasSigned(ChainHead head) {
        try {
            Signature signature = Algorithms.signatures();
            signature.initVerify(key);
            signature.update(head.statement());
            return signature.verify(head.signature());
        } catch (SignatureException e) {
            // It has not the form of a signature.
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Every JDK has Ed25519", e);
        }
    }
}
