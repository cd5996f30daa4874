package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.query.QueryFlowControl;
import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryReference;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A query in progress: passes on what the handlers answer until the last of them is done. In a streaming query the
 * first handler that answers is the only one heard, and it produces only as much as the client takes.
 *
 * <p>Locks are taken in the order query, then stream; a stream never calls back into a query while it holds its lock.
 */
final class ActiveQuery {

    private final String id;
    private final ServerCallStreamObserver<QueryResponse> client;
    private final Runnable onEnd;
    private final boolean streaming;
    private final long deadlineNanos;

    // Guarded by this.
    private final Map<HandlerStream<QueryProviderInbound>, QuerySend> awaited = new LinkedHashMap<>();
    private final Outgoing<QueryResponse> outgoing;
    private final AnswerWindow window = new AnswerWindow();
    private @Nullable QueryResponse failure;
    private boolean answered;
    private boolean ended;

    ActiveQuery(
            QueryRequest request,
            ServerCallStreamObserver<QueryResponse> client,
            Backlog backlog,
            long timeoutMillis,
            Runnable onEnd) {
        Instructions instructions = new Instructions(request.getProcessingInstructionsList());
        this.id = request.getMessageIdentifier();
        this.client = client;
        this.outgoing = new Outgoing<>(client, backlog);
        this.onEnd = onEnd;
        this.streaming = instructions.clientSupportsStreaming();
        this.deadlineNanos = System.nanoTime() + 1_000_000 * instructions.timeoutMillis(timeoutMillis);
    }

    synchronized void start(QueryRequest request, List<HandlerStream<QueryProviderInbound>> handlers) {
        handlers.forEach(handler -> awaited.put(handler, new QuerySend(request, streaming, deadlineNanos)));
        for (HandlerStream<QueryProviderInbound> handler : handlers) {
            QuerySend send = awaited.get(handler);
            if (send != null) {
                switch (handler.offer(send)) {
                    case ACCEPTED -> {}
                    case FULL -> handlerFailed(handler, ErrorCode.TOO_MANY_REQUESTS, "The handler is overloaded");
                    case CLOSED -> handlerLost(handler);
                }
            }
        }
    }

    synchronized void respond(HandlerStream<QueryProviderInbound> handler, QueryResponse response) {
        if (ended || !awaited.containsKey(handler)) {
            return;
        }
        if (streaming) {
            List.copyOf(awaited.keySet()).stream()
                    .filter(other -> other != handler)
                    .forEach(this::cancelAt);
            window.produced(response.getSerializedSize());
        }
        if (!response.getErrorCode().isEmpty() || response.hasErrorMessage()) {
            // An error is passed on only if no handler answers after it.
            failure = response;
            return;
        }
        failure = null;
        answered = true;
        if (outgoing.add(response)) {
            renewPermits();
        } else {
            endWith(ErrorCode.TOO_MANY_REQUESTS, "The answers are not read fast enough");
        }
    }

    synchronized void handlerDone(HandlerStream<QueryProviderInbound> handler) {
        if (awaited.remove(handler) != null) {
            endIfComplete();
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
        // An answer that is broken off is not complete, but where several answer, it is enough that one did.
        if (!answered || streaming) {
            failure = error(id, code, message);
        }
        handlerDone(handler);
    }

    /** Sends what the connection takes and, when nothing more can come, ends the call. */
    synchronized void drain() {
        if (!ended) {
            outgoing.drain();
            renewPermits();
            endIfComplete();
        }
    }

    private void endIfComplete() {
        if (!ended && awaited.isEmpty() && outgoing.waiting() == 0) {
            end();
            if (failure != null) {
                client.onNext(failure);
            }
            client.onCompleted();
        }
    }

    private void renewPermits() {
        if (streaming) {
            int more = window.renewal(outgoing.waiting());
            if (more > 0) {
                awaited.keySet().forEach(handler -> handler.send(permits(id, more)));
            }
        }
    }

    synchronized void expire(long nowNanos) {
        if (ended || deadlineNanos - nowNanos > 0) {
            return;
        }
        // A stream that has begun may rightly go on for ever.
        boolean begun = streaming && awaited.values().stream().anyMatch(QuerySend::isSent);
        if (!begun && !answered) {
            endWith(ErrorCode.QUERY_TIMEOUT, "Query cancelled due to timeout");
        } else if (!begun) {
            // Whoever asks several and waits so long is content with the answers there are.
            failure = null;
            List.copyOf(awaited.keySet()).forEach(this::cancelAt);
            endIfComplete();
        }
    }

    private void endWith(ErrorCode code, String message) {
        if (!ended) {
            cancel();
            client.onNext(error(id, code, message));
            client.onCompleted();
        }
    }

    /** The client wants no more answers. */
    synchronized void cancel() {
        List.copyOf(awaited.keySet()).forEach(this::cancelAt);
        end();
    }

    private void cancelAt(HandlerStream<QueryProviderInbound> handler) {
        QuerySend send = awaited.remove(handler);
        if (send != null && !handler.withdraw(send)) {
            handler.send(QueryProviderInbound.newBuilder()
                    .setQueryCancel(reference(id))
                    .build());
        }
    }

    private void end() {
        ended = true;
        outgoing.clear();
        onEnd.run();
    }

    private static QueryReference reference(String id) {
        return QueryReference.newBuilder().setRequestId(id).build();
    }

    static QueryProviderInbound permits(String id, int count) {
        return QueryProviderInbound.newBuilder()
                .setQueryFlowControl(QueryFlowControl.newBuilder()
                        .setQueryReference(reference(id))
                        .setPermits(count))
                .build();
    }

    static QueryResponse error(String requestId, ErrorCode code, String message) {
        return QueryResponse.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setRequestIdentifier(requestId)
                .setErrorCode(code.code())
                .setErrorMessage(code.message(message))
                .build();
    }
}
