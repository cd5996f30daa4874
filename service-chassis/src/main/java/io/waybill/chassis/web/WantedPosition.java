package io.waybill.chassis.web;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request says of the position that its answer must not be behind.
 *
 * @param position of an event
 * @param atMost how long the client would wait for it
 * @param preferred whether the client said how long
 */
record WantedPosition(long position, Duration atMost, boolean preferred) {

    static final String HEADER = "Waybill-Position";
    static final String PARAMETER = "position";
    /** RFC 7240. */
    static final String PREFER = "Prefer";

    /** Many times what a read model is behind under load, and what a client hardly minds. */
    private static final Duration USUAL_WAIT = Duration.ofSeconds(5);
    /** Half of the time in which the gateway wants an answer. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);

    private static final Pattern POSITION = Pattern.compile("[0-9]{1,18}");
    private static final Pattern WAIT =
            Pattern.compile("wait\\s*=\\s*(?:\"([^\"]*)\"|([^\\s;,\"]*))", Pattern.CASE_INSENSITIVE);
    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}");

    /**
     * Reads a request.
     *
     * @return empty if it names no position
     * @throws InvalidRequest if it names something else
     */
    static Optional<WantedPosition> of(HttpServletRequest request) {
        @Nullable String header = request.getHeader(HEADER);
        @Nullable String parameter = request.getParameter(PARAMETER);
        if (header == null && parameter == null) {
            return Optional.empty();
        }
        List<InvalidRequest.Fault> faults = new ArrayList<>();
        requirePosition(HEADER, header, faults);
        requirePosition(PARAMETER, parameter, faults);
        if (header != null && parameter != null && !header.equals(parameter)) {
            faults.add(new InvalidRequest.Fault(
                    PARAMETER, "ONE_OF_TWO", "It is not the one of the header " + HEADER + ". Give one of them."));
        }
        Optional<String> wait = wait(request);
        if (wait.isPresent() && !SECONDS.matcher(wait.get()).matches()) {
            faults.add(new InvalidRequest.Fault(PREFER, "UNUSABLE_VALUE", "Say wait=5 for five seconds."));
        }
        if (!faults.isEmpty()) {
            throw new InvalidRequest(faults);
        }
        return Optional.of(new WantedPosition(
                Long.parseLong(Objects.requireNonNullElse(header, String.valueOf(parameter))),
                wait.map(WantedPosition::bounded).orElse(USUAL_WAIT),
                wait.isPresent()));
    }

    private static void requirePosition(String name, @Nullable String value, List<InvalidRequest.Fault> faults) {
        if (value != null && !POSITION.matcher(value).matches()) {
            faults.add(new InvalidRequest.Fault(
                    name, "UNUSABLE_VALUE", "Give back the 'position' of the answer to a command."));
        }
    }

    /** The first preference of this name counts, and others are none of our business. */
    private static Optional<String> wait(HttpServletRequest request) {
        return Collections.list(request.getHeaders(PREFER)).stream()
                .flatMap(WantedPosition::preferences)
                .map(preference -> WAIT.matcher(preference.strip()))
                .filter(Matcher::lookingAt)
                .map(wait -> Objects.requireNonNullElse(wait.group(1), String.valueOf(wait.group(2))))
                .findFirst();
    }

    private static Stream<String> preferences(String header) {
        return Arrays.stream(header.toLowerCase(Locale.ROOT).split(",", -1));
    }

    private static Duration bounded(String seconds) {
        Duration wait = Duration.ofSeconds(Long.parseLong(seconds));
        return wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait;
    }
}
