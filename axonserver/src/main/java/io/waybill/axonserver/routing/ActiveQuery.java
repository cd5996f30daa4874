package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.query.QueryFlowControl;
import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryReference;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A query in progress: passes on what the handlers answer until the last of them is done. In a streaming query the
 * first handler that answers is the only one heard, and it produces only as much as the client takes.
 *
 * <p>Locks are taken in the order query, then stream; a stream never calls back into a query while it holds its lock.
 */
final class ActiveQuery {

    /** How far a streaming handler may run ahead of the client. */
    private static final int STREAMING_PERMITS = 32;

    /** Permits are renewed in bunches, to save messages. */
    private static final int RENEWAL = STREAMING_PERMITS / 2;

    /** What may pile up for a client that does not read; beyond it the query is given up. */
    private static final long MAX_OUTGOING_BYTES = 16 << 20;

    private final QueryRequest request;
    private final ServerCallStreamObserver<QueryResponse> client;
    private final Runnable onEnd;
    private final boolean streaming;
    private final long deadlineNanos;

    // Guarded by this.
    private final Map<HandlerStream<QueryProviderInbound>, Send> awaited = new LinkedHashMap<>();
    private final Queue<QueryResponse> outgoing = new ArrayDeque<>();
    private long outgoingBytes;
    private @Nullable QueryResponse failure;
    private int unrenewed;
    private boolean ended;

    ActiveQuery(
            QueryRequest request, ServerCallStreamObserver<QueryResponse> client, long timeoutMillis, Runnable onEnd) {
        Instructions instructions = new Instructions(request.getProcessingInstructionsList());
        this.request = request;
        this.client = client;
        this.onEnd = onEnd;
        this.streaming = instructions.clientSupportsStreaming();
        this.deadlineNanos = System.nanoTime() + 1_000_000 * instructions.timeoutMillis(timeoutMillis);
    }

    synchronized void start(List<HandlerStream<QueryProviderInbound>> handlers) {
        for (HandlerStream<QueryProviderInbound> handler : handlers) {
            awaited.put(handler, new Send());
        }
        new ArrayList<>(awaited.entrySet()).forEach(entry -> {
            switch (entry.getKey().offer(entry.getValue())) {
                case ACCEPTED -> {}
                case FULL -> handlerFailed(entry.getKey(), ErrorCode.TOO_MANY_REQUESTS, "The handler is overloaded");
                case CLOSED -> handlerLost(entry.getKey());
            }
        });
    }

    synchronized void respond(HandlerStream<QueryProviderInbound> handler, QueryResponse response) {
        if (ended || !awaited.containsKey(handler)) {
            return;
        }
        if (streaming) {
            List.copyOf(awaited.keySet()).stream()
                    .filter(other -> other != handler)
                    .forEach(this::cancelAt);
        }
        if (response.getErrorCode().isEmpty() && !response.hasErrorMessage()) {
            // An error is passed on only if no handler answers after it.
            failure = null;
            outgoing.add(response);
            outgoingBytes += response.getSerializedSize();
            drain();
        } else {
            failure = response;
        }
        if (outgoingBytes > MAX_OUTGOING_BYTES) {
            endWith(ErrorCode.TOO_MANY_REQUESTS, "The answers are not read fast enough");
        }
    }

    synchronized void handlerDone(HandlerStream<QueryProviderInbound> handler) {
        if (awaited.remove(handler) != null && awaited.isEmpty()) {
            drain();
        }
    }

    synchronized void handlerLost(HandlerStream<QueryProviderInbound> handler) {
        if (awaited.containsKey(handler)) {
            handlerFailed(
                    handler,
                    ErrorCode.CONNECTION_TO_HANDLER_LOST,
                    "Connection to handler %s lost".formatted(handler.clientId()));
        }
    }

    private void handlerFailed(HandlerStream<QueryProviderInbound> handler, ErrorCode code, String message) {
        failure = error(request, code, message);
        handlerDone(handler);
    }

    /** Sends what the connection takes and, when nothing more can come, ends the call. */
    synchronized void drain() {
        while (!ended && !outgoing.isEmpty() && client.isReady()) {
            QueryResponse response = outgoing.remove();
            outgoingBytes -= response.getSerializedSize();
            client.onNext(response);
            renewPermits();
        }
        if (!ended && awaited.isEmpty() && outgoing.isEmpty()) {
            end();
            if (failure != null) {
                client.onNext(failure);
            }
            client.onCompleted();
        }
    }

    private void renewPermits() {
        unrenewed++;
        if (streaming && unrenewed == RENEWAL) {
            unrenewed = 0;
            awaited.keySet().forEach(handler -> handler.send(permits(RENEWAL)));
        }
    }

    synchronized void expire(long nowNanos) {
        // A streaming query may rightly take for ever.
        if (!ended && !streaming && deadlineNanos - nowNanos < 0) {
            endWith(ErrorCode.QUERY_TIMEOUT, "Query cancelled due to timeout");
        }
    }

    private void endWith(ErrorCode code, String message) {
        if (!ended) {
            cancel();
            client.onNext(error(request, code, message));
            client.onCompleted();
        }
    }

    /** The client wants no more answers. */
    synchronized void cancel() {
        List.copyOf(awaited.keySet()).forEach(this::cancelAt);
        end();
    }

    private void cancelAt(HandlerStream<QueryProviderInbound> handler) {
        Send send = awaited.remove(handler);
        if (send != null && !handler.withdraw(send)) {
            handler.send(QueryProviderInbound.newBuilder()
                    .setQueryCancel(reference())
                    .build());
        }
    }

    private void end() {
        ended = true;
        outgoing.clear();
        onEnd.run();
    }

    private QueryReference reference() {
        return QueryReference.newBuilder()
                .setRequestId(request.getMessageIdentifier())
                .build();
    }

    private QueryProviderInbound permits(int count) {
        return QueryProviderInbound.newBuilder()
                .setQueryFlowControl(QueryFlowControl.newBuilder()
                        .setQueryReference(reference())
                        .setPermits(count))
                .build();
    }

    static QueryResponse error(QueryRequest request, ErrorCode code, String message) {
        return QueryResponse.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setRequestIdentifier(request.getMessageIdentifier())
                .setErrorCode(code.code())
                .setErrorMessage(code.message(message))
                .build();
    }

    /** The query on its way to one handler. */
    private final class Send implements HandlerStream.Delivery<QueryProviderInbound> {

        @Override
        public QueryProviderInbound message() {
            ProcessingInstruction support = ProcessingInstruction.newBuilder()
                    .setKey(ProcessingKey.SERVER_SUPPORTS_STREAMING)
                    .setValue(MetaDataValue.newBuilder().setBooleanValue(streaming))
                    .build();
            return QueryProviderInbound.newBuilder()
                    .setQuery(request.toBuilder().addProcessingInstructions(support))
                    .build();
        }

        @Override
        public long priority() {
            return new Instructions(request.getProcessingInstructionsList()).priority();
        }

        @Override
        public void sent(HandlerStream<QueryProviderInbound> stream) {
            if (streaming) {
                stream.send(permits(STREAMING_PERMITS));
            }
        }
    }
}
