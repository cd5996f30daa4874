package io.waybill.chassis.web;

import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.History.Extent;
import io.waybill.chassis.messaging.History.Version;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.axonframework.eventhandling.DomainEventMessage;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers what something was at a version or at a time, and what changed it in between. */
public final class PastViews {

    /** A page that is made and sent in milliseconds. */
    private static final int MAX_VERSIONS = 200;

    private static final long NOTHING_YET = -1;

    private final JsonMapper json;
    private final Clock clock;

    PastViews(JsonMapper json, Clock clock) {
        this.json = json;
        this.clock = clock;
    }

    /**
     * What led from one version to another.
     *
     * @param from the version before the first change; null if that was before there was anything
     * @param to the version after the last change
     * @param last the latest version there is; if it is later than {@code to}, go on from there
     * @param difference between the two
     * @param versions each version on the way, with what it changed
     */
    public record Changes(@Nullable Long from, long to, long last, List<Change> difference, List<Step> versions) {}

    /**
     * One version.
     *
     * @param type simple name of the event
     * @param service the service that recorded it
     * @param actor who caused it
     * @param command simple name of the command that led to it; null if none did, or none was recorded
     * @param causationId ID of the message that led to it: the command, or what the command was sent for
     * @param causingEventId ID of the event that the command was sent for; null if it came from a client
     * @param correlationId ID of the client request it goes back to
     * @param changes to the version before
     */
    public record Step(
            long version,
            Instant at,
            String eventId,
            String type,
            @Nullable String service,
            @Nullable String actor,
            @Nullable String command,
            @Nullable String causationId,
            @Nullable String causingEventId,
            @Nullable String correlationId,
            List<Change> changes) {}

    /**
     * One place where two versions differ.
     *
     * @param pointer JSON pointer (RFC 6901); empty for the whole document
     * @param before what was there; null if nothing
     * @param after what is there now; null if nothing
     */
    public record Change(
            String pointer,
            @Nullable JsonNode before,
            @Nullable JsonNode after) {}

    /**
     * Answers with a view as it was, its version as the entity tag.
     *
     * @param version number of the last event that it knew, from 0; null if a time is given
     * @param at the time of the last event that it knew, or later; null if a version is given
     * @param unknown the refusal if there never was such a thing
     * @throws InvalidRequest if not exactly one of the two is given, or it can never be
     * @throws RequestRefused if it was not there yet
     */
    public <V> ResponseEntity<V> show(
            History<V> history,
            String id,
            @Nullable Long version,
            @Nullable Instant at,
            Supplier<RequestRefused> unknown) {
        Predicate<DomainEventMessage<?>> wanted = wanted(version, at);
        List<Version<V>> latest = new ArrayList<>();
        Extent extent = history.read(id, wanted, each -> {
                    latest.clear();
                    latest.add(each);
                })
                .orElseThrow(unknown);
        if (version != null) {
            requireReached(version, extent);
        }
        if (at != null && at.isAfter(clock.instant()) && at.isAfter(extent.changed())) {
            throw invalid("at", "IN_THE_FUTURE", "What will be then is not known. Without it, the answer is of now.");
        }
        if (latest.isEmpty()) {
            throw RequestRefused.notFound("NOT_YET_THERE", "It begins at " + extent.begun() + ".");
        }
        Version<V> past = latest.getFirst();
        return ResponseEntity.ok().eTag("\"" + past.number() + "\"").body(past.view());
    }

    /**
     * What changed from one version to another, at most {@value #MAX_VERSIONS} of them.
     *
     * @param from null for the time before the first event
     * @param to null for the latest, or as many as are told at a time
     * @param unknown the refusal if there never was such a thing
     * @throws InvalidRequest if these can never be versions
     * @throws RequestRefused if one of them is not there yet
     */
    public <V> Changes changes(
            History<V> history, String id, @Nullable Long from, @Nullable Long to, Supplier<RequestRefused> unknown) {
        requireVersion("from", from);
        requireVersion("to", to);
        long start = from == null ? NOTHING_YET : from;
        long end = to == null ? start + MAX_VERSIONS : to;
        if (end < start) {
            throw invalid("to", "OUT_OF_RANGE", "Give a version that is not before 'from'.");
        }
        if (end - start > MAX_VERSIONS) {
            throw invalid("to", "OUT_OF_RANGE", "Ask for at most " + MAX_VERSIONS + " versions at a time.");
        }
        var walk = new Walk(start);
        Extent extent = history.read(
                        id,
                        event -> event.getSequenceNumber() <= end,
                        each -> walk.reach(each.number(), each.view(), each.event()))
                .orElseThrow(unknown);
        requireReached(Math.max(start, to == null ? 0 : to), extent);
        return new Changes(
                from,
                Math.min(end, extent.last()),
                extent.last(),
                Difference.between(walk.first, walk.latest),
                walk.steps);
    }

    private static Predicate<DomainEventMessage<?>> wanted(@Nullable Long version, @Nullable Instant at) {
        requireVersion("version", version);
        if (version != null && at != null) {
            throw invalid("at", "ONE_OF_TWO", "Give 'version' or 'at', not both.");
        }
        if (version != null) {
            return event -> event.getSequenceNumber() <= version;
        }
        if (at != null) {
            return event -> !event.getTimestamp().isAfter(at);
        }
        throw invalid("version", "ONE_OF_TWO", "Give 'version' or 'at'.");
    }

    private static void requireVersion(String parameter, @Nullable Long version) {
        if (version != null && version < 0) {
            throw invalid(parameter, "OUT_OF_RANGE", "Versions are counted from 0.");
        }
    }

    private static void requireReached(long version, Extent extent) {
        if (version > extent.last()) {
            throw RequestRefused.notFound("VERSION_NOT_FOUND", "Its latest version is " + extent.last() + ".");
        }
    }

    private static InvalidRequest invalid(String parameter, String code, String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(parameter, code, detail)));
    }

    private final class Walk {

        private final long start;
        private final List<Step> steps = new ArrayList<>();
        private @Nullable JsonNode first;
        private @Nullable JsonNode latest;

        Walk(long start) {
            this.start = start;
        }

        void reach(long version, Object view, DomainEventMessage<?> event) {
            if (version < start) {
                return;
            }
            JsonNode now = json.valueToTree(view);
            if (version == start) {
                first = now;
            } else {
                steps.add(step(version, event, Difference.between(latest, now)));
            }
            latest = now;
        }

        private Step step(long version, DomainEventMessage<?> event, List<Change> changes) {
            return new Step(
                    version,
                    event.getTimestamp(),
                    event.getIdentifier(),
                    event.getPayloadType().getSimpleName(),
                    Correlation.text(event.getMetaData(), Correlation.SERVICE),
                    Correlation.text(event.getMetaData(), Correlation.ACTOR),
                    Correlation.text(event.getMetaData(), Correlation.COMMAND),
                    Correlation.text(event.getMetaData(), Correlation.CAUSATION_ID),
                    Correlation.text(event.getMetaData(), Correlation.CAUSING_EVENT_ID),
                    Correlation.text(event.getMetaData(), Correlation.CORRELATION_ID),
                    changes);
        }
    }
}
