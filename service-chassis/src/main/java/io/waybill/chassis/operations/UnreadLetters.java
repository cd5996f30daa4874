package io.waybill.chassis.operations;

import org.axonframework.axonserver.connector.event.axon.GrpcMetaDataAwareSerializer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.extensions.mongo.eventhandling.deadletter.DeadLetterEventEntry;
import org.axonframework.extensions.mongo.eventhandling.deadletter.EventMessageDeadLetterMongoConverter;
import org.axonframework.messaging.Message;
import org.axonframework.serialization.LazyDeserializingObject;
import org.axonframework.serialization.SerializedMessage;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;

/** Parks an event as it is stored, without reading it: that may be just what nobody can. */
final class UnreadLetters extends EventMessageDeadLetterMongoConverter {

    @Override
    public DeadLetterEventEntry convert(EventMessage<?> message, Serializer serializer) {
        return super.convert(
                message instanceof TrackedEventMessage<?> tracked ? unread(tracked, serializer) : message, serializer);
    }

    private static EventMessage<?> unread(TrackedEventMessage<?> message, Serializer serializer) {
        // A message hands out what is stored only to its reader, which the event store has made of our serializer.
        var reader = new GrpcMetaDataAwareSerializer(serializer);
        SerializedObject<byte[]> payload = message.serializePayload(reader, byte[].class);
        Message<Object> stored = new SerializedMessage<>(
                message.getIdentifier(),
                new LazyDeserializingObject<>(payload, serializer),
                new LazyDeserializingObject<>(message.getMetaData()));
        return message instanceof DomainEventMessage<?> event
                ? new GenericTrackedDomainEventMessage<>(
                        message.trackingToken(),
                        event.getType(),
                        event.getAggregateIdentifier(),
                        event.getSequenceNumber(),
                        stored,
                        message::getTimestamp)
                : new GenericTrackedEventMessage<>(message.trackingToken(), stored, message::getTimestamp);
    }
}
