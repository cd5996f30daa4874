package io.waybill.messages.operations;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Questions about stored events. */
public sealed interface AuditQuery {

    /**
     * Asks for an {@link AuditPage}, newest first. What is null is not asked for.
     *
     * @param aggregate ID of the aggregate
     * @param type simple name of the event
     * @param from inclusive
     * @param to exclusive
     * @param limit how many at most
     * @param before position of the last event of the page before; null for the first page
     */
    record FindAuditedEvents(
            @Nullable String aggregate,
            @Nullable String type,
            @Nullable String actor,
            @Nullable String correlationId,
            @Nullable String service,
            @Nullable Instant from,
            @Nullable Instant to,
            int limit,
            @Nullable Long before)
            implements AuditQuery {}

    /**
     * Asks for an {@link AuditPage} of the first events of a request, in their order.
     *
     * @param limit how many at most
     */
    record FindRequest(String correlationId, int limit) implements AuditQuery {}

    /**
     * Some of the events that were asked for.
     *
     * @param more whether there are others behind the last
     */
    record AuditPage(List<AuditedEvent> items, boolean more) {}
}
