package io.waybill.axonserver.security;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/** A token that was just made. This is the only place that ever holds it in the clear. */
public final class NewToken {

    /** As many as nobody can try, so that no slow hash is needed to protect it. */
    private static final int TOKEN_BYTES = 32;

    private final String token;
    private final Application application;

    private NewToken(String token, Application application) {
        this.token = token;
        this.application = application;
    }

    /**
     * Makes a random token.
     *
     * @param name the application that is to use it
     * @param rights such as {@code write} or {@code read,admin}
     * @param contexts names of contexts joined by commas, or {@code *} for all
     * @throws IllegalArgumentException if one of them is not of this form; the message says what it has to be
     */
    public static NewToken create(String name, String rights, String contexts) {
        byte[] random = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        return new NewToken(token, Application.of(name, rights, contexts, TokenHash.of(token)));
    }

    /** The token, to be given to the application and to nobody else. */
    public String token() {
        return token;
    }

    /** The line for the tokens file; it holds a hash and is no secret. */
    public String line() {
        return application.line();
    }

    /** Adds the line to {@code tokensFile}, which is created if it does not exist. */
    public void appendTo(Path tokensFile) throws IOException {
        TokensFile.append(tokensFile, application);
    }

    /** Not the token. */
    @Override
    public String toString() {
        return "a token for " + application;
    }
}
