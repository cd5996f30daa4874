package io.waybill.chassis.web;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.DateTimeException;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.springframework.util.DigestUtils;

/** Where the next page of a list begins. It belongs to the request of the page before, and to no other. */
public final class PageCursor {

    private PageCursor() {}

    /**
     * A cursor for the outside.
     *
     * @param asked what is asked for, in words
     * @param place where the page before ended; only the last part may have spaces in it
     */
    public static String encode(String asked, Object... place) {
        var plain = new StringBuilder(digest(asked));
        for (Object part : place) {
            plain.append(' ').append(part);
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(plain.toString().getBytes(UTF_8));
    }

    /**
     * What a cursor says.
     *
     * @param parts number of the parts of its place
     * @param place makes the place of its parts; throws {@link IllegalArgumentException} or {@link DateTimeException} if
     *     they can be none
     * @throws InvalidRequest if it is no cursor, or that of another request
     */
    public static <T> T decode(String asked, String cursor, int parts, Function<List<String>, T> place) {
        try {
            List<String> all = List.of(new String(Base64.getUrlDecoder().decode(cursor), UTF_8).split(" ", parts + 1));
            if (all.size() == parts + 1 && all.getFirst().equals(digest(asked))) {
                return place.apply(all.subList(1, all.size()));
            }
        } catch (IllegalArgumentException | DateTimeException e) {
            throw invalid();
        }
        throw invalid();
    }

    /** No secret: it only tells one request from another. */
    private static String digest(String asked) {
        return DigestUtils.md5DigestAsHex(asked.getBytes(UTF_8));
    }

    private static InvalidRequest invalid() {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(
                "cursor",
                "INVALID_CURSOR",
                "Give back the cursor of a page of the same request, as it was, or ask anew without one.")));
    }
}
