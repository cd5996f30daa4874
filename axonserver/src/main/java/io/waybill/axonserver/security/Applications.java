package io.waybill.axonserver.security;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The applications of a tokens file as it is at one moment, and which of them a token belongs to. */
final class Applications {

    private static final int KEY_SALT_BYTES = 16;

    private final List<Application> all;
    private final Set<Application> distinct;

    /**
     * Tokens that were verified, so that a call costs one hash and not one for each application. The keys are hashes
     * too, salted anew for each process: nothing here can be used as a token, and how long a look-up takes tells
     * nothing. There are no more entries than applications, since only tokens that are valid get in.
     */
    private final Map<ByteBuffer, Application> verified = new ConcurrentHashMap<>();

    private final byte[] keySalt = new byte[KEY_SALT_BYTES];

    Applications(List<Application> all) {
        this.all = List.copyOf(all);
        this.distinct = Set.copyOf(all);
        new SecureRandom().nextBytes(keySalt);
    }

    /** The application that {@code token} belongs to, null when it is nobody's. */
    @Nullable
    Application ofToken(String token) {
        ByteBuffer key = ByteBuffer.wrap(TokenHash.sha256(keySalt, token));
        Application known = verified.get(key);
        if (known != null) {
            return known;
        }
        Application owner = null;
        // To the end even after a match, so that the time does not tell the place.
        for (Application application : all) {
            if (application.owns(token) && owner == null) {
                owner = application;
            }
        }
        if (owner != null) {
            verified.put(key, owner);
        }
        return owner;
    }

    boolean contains(Application application) {
        return distinct.contains(application);
    }

    int size() {
        return all.size();
    }
}
