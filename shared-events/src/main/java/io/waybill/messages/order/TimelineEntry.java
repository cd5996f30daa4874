package io.waybill.messages.order;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event in the story of an order, whichever service it happened in.
 *
 * @param position the event's position in the event store
 * @param type simple name of the event
 * @param service the service that recorded it
 * @param actor who caused it
 * @param causationId ID of the message that led to it
 * @param correlationId ID of the client request it goes back to
 * @param summary what is worth telling about it in one line; may be empty
 */
public record TimelineEntry(
        long position,
        Instant at,
        String eventId,
        String type,
        @Nullable String service,
        @Nullable String actor,
        @Nullable String causationId,
        @Nullable String correlationId,
        String summary) {}
