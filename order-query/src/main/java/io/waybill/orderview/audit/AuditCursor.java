package io.waybill.orderview.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Optional;
import org.springframework.util.DigestUtils;

/** Where the next page of a search begins. It belongs to that search and to no other. */
final class AuditCursor {

    private AuditCursor() {}

    /** @param search what is searched for, in words */
    static String encode(String search, long position) {
        String plain = digest(search) + " " + position;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(plain.getBytes(UTF_8));
    }

    /** The position; empty if it is no cursor, or that of another search. */
    static Optional<Long> decode(String search, String cursor) {
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ", -1);
            return parts.length == 2 && digest(search).equals(parts[0])
                    ? Optional.of(Long.parseLong(parts[1]))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** No secret: it only tells one search from another. */
    private static String digest(String search) {
        return DigestUtils.md5DigestAsHex(search.getBytes(UTF_8));
    }
}
