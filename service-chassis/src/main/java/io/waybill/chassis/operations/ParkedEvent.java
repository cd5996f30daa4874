package io.waybill.chassis.operations;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an operator sees of an event that a projection could not handle.
 *
 * @param processor of the projection
 * @param letterId the event's ID
 * @param sequence events of the same sequence wait behind it; usually the ID of an aggregate
 * @param position of the event in the event store
 * @param type of the event
 * @param causeType what was thrown; null if the event only waits behind another one
 * @param cause its message, if there was one
 * @param attempts how often it was handed to the projection; 0 for one that waits behind another
 * @param lastTouched when it was last parked or tried
 */
record ParkedEvent(
        String processor,
        String letterId,
        String sequence,
        long position,
        String type,
        Instant at,
        @Nullable String causeType,
        @Nullable String cause,
        int attempts,
        Instant enqueuedAt,
        Instant lastTouched) {

    /**
     * A parked event with what is in it.
     *
     * @param payload as it is stored; a text if it is no JSON
     * @param metaData as it is stored
     */
    record Inspected(ParkedEvent letter, JsonNode payload, JsonNode metaData) {}
}
