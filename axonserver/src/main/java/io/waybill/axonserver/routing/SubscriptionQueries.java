package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.SubscriptionQuery;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The subscription queries that are open. Every handler of the query, also one that connects later, learns of each of
 * them, because any of them may have the next update.
 */
public final class SubscriptionQueries {

    private final QueryHandlers handlers;
    private final Map<String, Subscription> active = new ConcurrentHashMap<>();

    /** Creates the registry over {@code handlers}. */
    public SubscriptionQueries(QueryHandlers handlers) {
        this.handlers = handlers;
    }

    /**
     * A subscription for a call that is being opened; it begins with the client's first request.
     *
     * @param backlog of the client's connection
     */
    public Subscription open(ServerCallStreamObserver<SubscriptionQueryResponse> client, Backlog backlog) {
        return new Subscription(client, backlog, handlers, this);
    }

    /**
     * Registers a handler, and tells it what is subscribed already.
     *
     * @return false if the client handles too much already
     */
    public boolean handlerAdded(HandlerStream<QueryProviderInbound> stream, String query) {
        if (!stream.register(query)) {
            return false;
        }
        handlers.add(stream, query);
        active.values().forEach(subscription -> subscription.handlerAdded(stream, query));
        return true;
    }

    /** The client handles {@code query} no longer. */
    public void handlerRemoved(HandlerStream<QueryProviderInbound> stream, String query) {
        stream.unregister(query);
        handlers.remove(stream, query);
    }

    /** The handler's connection is gone. */
    public void disconnected(HandlerStream<QueryProviderInbound> stream) {
        active.values().forEach(subscription -> subscription.handlerLost(stream));
    }

    /** Passes an initial result or an update on to the subscriber; a handler that talks to nobody is told to stop. */
    public void respond(HandlerStream<QueryProviderInbound> stream, SubscriptionQueryResponse response) {
        Subscription subscription = active.get(response.getSubscriptionIdentifier());
        if (subscription != null) {
            subscription.respond(response);
        } else {
            SubscriptionQuery unknown = SubscriptionQuery.newBuilder()
                    .setSubscriptionIdentifier(response.getSubscriptionIdentifier())
                    .build();
            stream.send(request(SubscriptionQueryRequest.newBuilder().setUnsubscribe(unknown)));
        }
    }

    boolean begin(String id, Subscription subscription) {
        return active.putIfAbsent(id, subscription) == null;
    }

    void end(String id, Subscription subscription) {
        active.remove(id, subscription);
    }

    static QueryProviderInbound request(SubscriptionQueryRequest.Builder request) {
        return QueryProviderInbound.newBuilder()
                .setSubscriptionQueryRequest(request)
                .build();
    }
}
