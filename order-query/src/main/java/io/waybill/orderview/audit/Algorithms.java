package io.waybill.orderview.audit;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.security.Signature;
import org.conscrypt.Conscrypt;
import org.jspecify.annotations.Nullable;

/**
 * SHA-256 and Ed25519, by a library in machine code where there is one for the machine. The JDK's own are meant for its full
 * compiler: with the first stage, which services have, a hash takes eight times as long and a signature ten times.
 */
final class Algorithms {

    /** Conscrypt knows no other kind, and no narrower name. */
    private static final String ED25519_IN_CONSCRYPT = "EdDSA";

    private static final @Nullable Provider CONSCRYPT = Conscrypt.isAvailable() ? Conscrypt.newProvider() : null;

    private Algorithms() {}

    static MessageDigest sha256() {
        try {
            return CONSCRYPT == null
                    ? MessageDigest.getInstance("SHA-256")
                    : MessageDigest.getInstance("SHA-256", CONSCRYPT);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256", e);
        }
    }

    /** Makes public keys that {@link #signatures} takes. */
    static KeyFactory publicKeys() throws GeneralSecurityException {
        return CONSCRYPT == null
                ? KeyFactory.getInstance(AuditKey.ALGORITHM)
                : KeyFactory.getInstance(ED25519_IN_CONSCRYPT, CONSCRYPT);
    }

    /** To verify with. */
    static Signature signatures() throws GeneralSecurityException {
        return CONSCRYPT == null
                ? Signature.getInstance(AuditKey.ALGORITHM)
                : Signature.getInstance(ED25519_IN_CONSCRYPT, CONSCRYPT);
    }
}
