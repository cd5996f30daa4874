package io.waybill.messages.operations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an event without looking into it.
 *
 * @param position in the event store
 * @param type simple name of the event
 * @param aggregateType null, as are the other two, for an event of no aggregate
 * @param sequence number in its aggregate, from 0
 * @param actor who caused it
 * @param service the service that recorded it
 * @param correlationId ID of the client request it goes back to
 * @param causationId ID of the message that led to it
 * @param causingEventId ID of the event that led to it, whatever commands lie between; null if none did
 */
public record AuditedEvent(
        long position,
        String eventId,
        Instant at,
        String type,
        @Nullable String aggregateType,
        @Nullable String aggregateId,
        @Nullable Long sequence,
        @Nullable String actor,
        @Nullable String service,
        @Nullable String correlationId,
        @Nullable String causationId,
        @Nullable String causingEventId) {}
