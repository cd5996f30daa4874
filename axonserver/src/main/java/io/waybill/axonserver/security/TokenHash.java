package io.waybill.axonserver.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/**
 * What is kept of a token: a salted SHA-256. A slow hash would protect passwords that can be guessed; a token of 256
 * random bits cannot be, and it is checked with every call.
 */
final class TokenHash {

    private static final String SCHEME = "sha256";
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final byte[] salt;
    private final byte[] hash;

    private TokenHash(byte[] salt, byte[] hash) {
        this.salt = salt;
        this.hash = hash;
    }

    /** The hash of {@code token} with a new salt. */
    static TokenHash of(String token) {
        byte[] salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new TokenHash(salt, sha256(salt, token));
    }

    /**
     * Reads what {@link #text()} wrote.
     *
     * @throws IllegalArgumentException if it is anything else; the message does not repeat it, because it may be a
     *     token that somebody wrote into the file
     */
    static TokenHash parse(String text) {
        String[] parts = text.split(":", -1);
        if (parts.length == 3 && parts[0].equals(SCHEME)) {
            byte[] salt = decoded(parts[1]);
            byte[] hash = decoded(parts[2]);
            if (salt.length == SALT_BYTES && hash.length == HASH_BYTES) {
                return new TokenHash(salt, hash);
            }
        }
        throw new IllegalArgumentException("the last column has to be the hash of a token, " + SCHEME + ":SALT:HASH");
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Whether {@code token} is the one this was made of; takes the same time for any other. */
    boolean matches(String token) {
        return MessageDigest.isEqual(hash, sha256(salt, token));
    }

    /** The hash as it is kept in a tokens file. */
    String text() {
        return SCHEME + ":" + ENCODER.encodeToString(salt) + ":" + ENCODER.encodeToString(hash);
    }

    /** SHA-256 of a salt and a token. */
    static byte[] sha256(byte[] salt, String token) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return digest.digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof TokenHash that && Arrays.equals(salt, that.salt) && Arrays.equals(hash, that.hash);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(hash);
    }

    /** Not the hash: it is nobody's business in a log. */
    @Override
    public String toString() {
        return SCHEME;
    }
}
