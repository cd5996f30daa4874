package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A query on its way to one handler. Once it is sent, its content is the handler's to keep. */
final class QuerySend extends HandlerStream.Delivery<QueryProviderInbound> {

    private final boolean streaming;
    private final long deadlineNanos;
    private volatile @Nullable QueryRequest content;

    QuerySend(QueryRequest request, boolean streaming, long deadlineNanos) {
        super(request.getSerializedSize(), new Instructions(request.getProcessingInstructionsList()).priority());
        this.streaming = streaming;
        this.deadlineNanos = deadlineNanos;
        this.content = request;
    }

    boolean isSent() {
        return content == null;
    }

    @Override
    QueryProviderInbound message() {
        QueryRequest.Builder request = Objects.requireNonNull(content).toBuilder()
                .addProcessingInstructions(ProcessingInstruction.newBuilder()
                        .setKey(ProcessingKey.SERVER_SUPPORTS_STREAMING)
                        .setValue(MetaDataValue.newBuilder().setBooleanValue(streaming)));
        request.getProcessingInstructionsBuilderList().stream()
                .filter(instruction -> instruction.getKey() == ProcessingKey.TIMEOUT)
                .filter(timeout -> timeout.getValue().getNumberValue() > 0)
                .forEach(timeout -> timeout.getValueBuilder().setNumberValue(millisLeft()));
        return QueryProviderInbound.newBuilder().setQuery(request).build();
    }

    /** The handler gets what is left of the sender's time, not what it was when the query began to wait. */
    private long millisLeft() {
        return Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime()));
    }

    @Override
    void sent(HandlerStream<QueryProviderInbound> stream) {
        String id = Objects.requireNonNull(content).getMessageIdentifier();
        content = null;
        if (streaming) {
            stream.send(ActiveQuery.permits(id, AnswerWindow.FIRST_ANSWERS));
        }
    }
}
