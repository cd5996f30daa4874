package io.waybill.orderview.audit;

import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.InvalidRequest;
import io.waybill.chassis.web.PageCursor;
import io.waybill.chassis.web.ReadsFrom;
import io.waybill.chassis.web.RequestRefused;
import io.waybill.messages.operations.AuditEvent.AuditDataRead;
import io.waybill.messages.operations.AuditQuery.AuditPage;
import io.waybill.messages.operations.AuditQuery.FindAuditedEvents;
import io.waybill.messages.operations.AuditQuery.FindRequest;
import io.waybill.messages.operations.AuditedEvent;
import io.waybill.orderview.audit.EventSource.Reading;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Shows stored events, whatever they are about. That somebody looked is an event too, and is stored before he sees it. */
@RestController
@RequestMapping("/api/audit")
class EventsController {

    private static final int DEFAULT_LIMIT = 50;
    /** A page that is read and sent in milliseconds. */
    private static final int MAX_LIMIT = 200;
    /** More than any request leads to; who does more had better be searched for page by page. */
    private static final int TREE_EVENTS = 2_000;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final RequestQueries queries;
    private final RequestEvents events;
    private final EventSource stored;
    private final ChainStore chain;
    private final JsonMapper json;

    EventsController(
            RequestQueries queries, RequestEvents events, EventSource stored, ChainStore chain, JsonMapper json) {
        this.queries = queries;
        this.events = events;
        this.stored = stored;
        this.chain = chain;
        this.json = json;
    }

    /** @param next opaque; given back as {@code cursor} of the same search it asks for the next page; null on the last */
    record Page(List<AuditedEvent> items, @Nullable String next) {}

    /**
     * An event as it is stored.
     *
     * @param type name under which its kind is stored
     * @param payload as JSON; a text if it is none, null if it is not even text
     * @param hash of the event as it is now, hexadecimal
     * @param asRecorded whether it is the event that was recorded; null if it is not recorded yet
     */
    record StoredEvent(
            long position,
            String eventId,
            Instant at,
            String type,
            String revision,
            String aggregateType,
            String aggregateId,
            long sequence,
            @Nullable JsonNode payload,
            JsonNode metaData,
            String hash,
            @Nullable Boolean asRecorded) {}

    @GetMapping("/events")
    @ReadsFrom("audit-index")
    Page search(
            @RequestParam @Nullable String aggregate,
            @RequestParam @Nullable String type,
            @RequestParam @Nullable String actor,
            @RequestParam @Nullable String correlationId,
            @RequestParam @Nullable String service,
            @RequestParam @Nullable Instant from,
            @RequestParam @Nullable Instant to,
            @RequestParam(defaultValue = "" + DEFAULT_LIMIT) int limit,
            @RequestParam @Nullable String cursor,
            HttpServletRequest request) {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw invalid("limit", "OUT_OF_RANGE", "Ask for 1 to " + MAX_LIMIT + " events at a time.");
        }
        String search = Arrays.asList(aggregate, type, actor, correlationId, service, from, to)
                .toString();
        @Nullable
        Long before =
                cursor == null ? null : PageCursor.decode(search, cursor, 1, place -> Long.parseLong(place.getFirst()));
        record(request);
        AuditPage page = Objects.requireNonNull(queries.ask(
                new FindAuditedEvents(aggregate, type, actor, correlationId, service, from, to, limit, before),
                AuditPage.class));
        return new Page(
                page.items(),
                page.more() ? PageCursor.encode(search, page.items().getLast().position()) : null);
    }

    @GetMapping("/events/{position}")
    StoredEvent one(@PathVariable long position, HttpServletRequest request) throws InterruptedException {
        if (position < 0 || position > stored.last()) {
            throw RequestRefused.notFound("EVENT_NOT_FOUND", "There is no event at position " + position + ".");
        }
        record(request);
        try (Reading<EventWithToken> reading = stored.from(position, 1)) {
            EventWithToken event = Optional.ofNullable(reading.next(PATIENCE))
                    .orElseThrow(() -> new EventSource.EventsUnreadable("No event came in time", null));
            return shown(event.getToken(), event.getEvent());
        }
    }

    private StoredEvent shown(long position, Event event) {
        byte[] hash = new EventHash().of(event);
        int index = (int) (position % Chunk.EVENTS);
        @Nullable
        Boolean asRecorded = chain.chunk(Chunk.numberOf(position))
                .filter(chunk -> index < chunk.count())
                .map(chunk -> chunk.isHash(index, hash))
                .orElse(null);
        return new StoredEvent(
                position,
                event.getMessageIdentifier(),
                Instant.ofEpochMilli(event.getTimestamp()),
                event.getPayload().getType(),
                event.getPayload().getRevision(),
                event.getAggregateType(),
                event.getAggregateIdentifier(),
                event.getAggregateSequenceNumber(),
                EventLine.payload(event, json),
                EventLine.metaData(event),
                HexFormat.of().formatHex(hash),
                asRecorded);
    }

    @GetMapping("/correlations/{correlationId}")
    @ReadsFrom("audit-index")
    CausalTree tree(@PathVariable String correlationId, HttpServletRequest request) {
        record(request);
        AuditPage page =
                Objects.requireNonNull(queries.ask(new FindRequest(correlationId, TREE_EVENTS), AuditPage.class));
        if (page.items().isEmpty()) {
            throw RequestRefused.notFound(
                    "REQUEST_NOT_FOUND", "No event goes back to a request " + correlationId + ".");
        }
        return CausalTree.of(correlationId, page.items(), !page.more());
    }

    private void record(HttpServletRequest request) {
        long unused = events.publish(new AuditDataRead(request.getRequestURI(), request.getQueryString()));
    }

    private static InvalidRequest invalid(String parameter, String code, String detail) {
        return new InvalidRequest(List.of(new InvalidRequest.Fault(parameter, code, detail)));
    }
}
