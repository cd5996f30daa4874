package io.waybill.axonserver.conformance;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.command.Command;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import java.util.UUID;

/** What clients send. */
public final class Messages {

    private Messages() {}

    /** A name that nothing else on the server has. */
    public static String unique(String name) {
        return name + "-" + UUID.randomUUID();
    }

    /** A text as a payload. */
    public static SerializedObject payload(String text) {
        return SerializedObject.newBuilder()
                .setType("text")
                .setData(ByteString.copyFromUtf8(text))
                .build();
    }

    /** The text in a payload. */
    public static String text(SerializedObject payload) {
        return payload.getData().toStringUtf8();
    }

    /** A domain event; its content is told by its place. */
    public static Event event(String aggregateId, long sequence) {
        return looseEvent(aggregateId + "/" + sequence).toBuilder()
                .setAggregateIdentifier(aggregateId)
                .setAggregateSequenceNumber(sequence)
                .setAggregateType("Thing")
                .build();
    }

    /** An event that belongs to no aggregate. */
    public static Event looseEvent(String text) {
        return Event.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setTimestamp(System.currentTimeMillis())
                .setPayload(payload(text))
                .build();
    }

    /** A command with instructions to the server. */
    public static Command command(String name, String text, ProcessingInstruction... instructions) {
        Command.Builder command = Command.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setName(name)
                .setPayload(payload(text));
        for (ProcessingInstruction instruction : instructions) {
            command.addProcessingInstructions(instruction);
        }
        return command.build();
    }

    /** A query with instructions to the server. */
    public static QueryRequest query(String name, ProcessingInstruction... instructions) {
        QueryRequest.Builder query = QueryRequest.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setQuery(name)
                .setPayload(payload(""));
        for (ProcessingInstruction instruction : instructions) {
            query.addProcessingInstructions(instruction);
        }
        return query.build();
    }

    /** Decides which handler gets a command. */
    static ProcessingInstruction routingKey(String key) {
        return instruction(ProcessingKey.ROUTING_KEY, MetaDataValue.newBuilder().setTextValue(key));
    }

    /** Decides which message is sent first when several wait. */
    static ProcessingInstruction priority(long priority) {
        return instruction(ProcessingKey.PRIORITY, MetaDataValue.newBuilder().setNumberValue(priority));
    }

    /** How long the sender waits. */
    public static ProcessingInstruction timeoutMillis(long millis) {
        return instruction(ProcessingKey.TIMEOUT, MetaDataValue.newBuilder().setNumberValue(millis));
    }

    /** How many answers the sender wants; -1 for all there are. */
    static ProcessingInstruction numberOfResults(long results) {
        return instruction(
                ProcessingKey.NR_OF_RESULTS, MetaDataValue.newBuilder().setNumberValue(results));
    }

    /** The sender takes its answers one by one. */
    public static ProcessingInstruction streaming() {
        return instruction(
                ProcessingKey.CLIENT_SUPPORTS_STREAMING,
                MetaDataValue.newBuilder().setBooleanValue(true));
    }

    private static ProcessingInstruction instruction(ProcessingKey key, MetaDataValue.Builder value) {
        return ProcessingInstruction.newBuilder().setKey(key).setValue(value).build();
    }
}
