package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Sends each query to one instance of every application that handles it and brings the answers back. */
public final class QueryRouter {

    /** More queries in progress than this would fill the memory of a small node. As in the original. */
    private static final int MAX_ACTIVE = 25_000;

    private final QueryHandlers handlers;
    private final long timeoutMillis;
    private final Map<String, ActiveQuery> active = new ConcurrentHashMap<>();

    /** Creates a router that gives up on a query, unless its answers are streamed, after {@code timeoutMillis}. */
    public QueryRouter(QueryHandlers handlers, long timeoutMillis) {
        this.handlers = handlers;
        this.timeoutMillis = timeoutMillis;
    }

    /**
     * Runs a query. To be called while the client's call is being opened.
     *
     * @param backlog of the client's connection
     */
    public void query(QueryRequest request, ServerCallStreamObserver<QueryResponse> client, Backlog backlog) {
        String id = request.getMessageIdentifier();
        List<HandlerStream<QueryProviderInbound>> targets = handlers.oneOfEachComponent(request.getQuery());
        if (targets.isEmpty()) {
            refuse(client, id, ErrorCode.NO_HANDLER_FOR_QUERY, "No handler for query: " + request.getQuery());
            return;
        }
        if (active.size() >= MAX_ACTIVE) {
            refuse(client, id, ErrorCode.TOO_MANY_REQUESTS, "Too many queries are in progress");
            return;
        }
        ActiveQuery query = new ActiveQuery(request, client, backlog, timeoutMillis, () -> active.remove(id));
        if (active.putIfAbsent(id, query) != null) {
            refuse(client, id, ErrorCode.QUERY_DUPLICATED, "A query with this identifier is in progress");
            return;
        }
        client.setOnReadyHandler(query::drain);
        client.setOnCancelHandler(query::cancel);
        query.start(request, targets);
    }

    private static void refuse(
            ServerCallStreamObserver<QueryResponse> client, String id, ErrorCode code, String message) {
        client.onNext(ActiveQuery.error(id, code, message));
        client.onCompleted();
    }

    /** Takes one answer of a handler. */
    public void respond(HandlerStream<QueryProviderInbound> handler, QueryResponse response) {
        ActiveQuery query = active.get(response.getRequestIdentifier());
        if (query != null) {
            query.respond(handler, response);
        }
    }

    /** The handler has no more answers. */
    public void complete(HandlerStream<QueryProviderInbound> handler, String requestId) {
        ActiveQuery query = active.get(requestId);
        if (query != null) {
            query.handlerDone(handler);
        }
    }

    /** The handler is gone; its registrations are removed and nobody waits for it any more. */
    public void disconnected(HandlerStream<QueryProviderInbound> handler) {
        handlers.removeAll(handler);
        handler.close();
        active.values().forEach(query -> query.handlerLost(handler));
    }

    /** Ends the queries that were not answered in time. To be called regularly. */
    public void expire() {
        long now = System.nanoTime();
        active.values().forEach(query -> query.expire(now));
    }
}
