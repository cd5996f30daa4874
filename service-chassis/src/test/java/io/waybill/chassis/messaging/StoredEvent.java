package io.waybill.chassis.messaging;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.event.Event;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * An event as it is stored, which no instance of this release has written.
 *
 * @param revision empty for none
 */
public record StoredEvent(
        String aggregateType, String aggregateId, long sequenceNumber, String type, String revision, String json) {

    /** Appends it, and returns when it is confirmed. */
    public void appendTo(AxonServerConnection connection) {
        var event = Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setTimestamp(System.currentTimeMillis())
                .setAggregateType(aggregateType)
                .setAggregateIdentifier(aggregateId)
                .setAggregateSequenceNumber(sequenceNumber)
                .setPayload(SerializedObject.newBuilder()
                        .setType(type)
                        .setRevision(revision)
                        .setData(ByteString.copyFromUtf8(json)))
                .build();
        var unused = connection
                .eventChannel()
                .appendEvents(event)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }
}
