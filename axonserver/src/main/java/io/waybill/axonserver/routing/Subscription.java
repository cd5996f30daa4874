package io.waybill.axonserver.routing;

import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.SubscriptionQuery;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One client's subscription query: an initial result when asked for, and updates as long as the client grants permits.
 * A client that gets more updates than it allowed for loses the subscription rather than an update.
 */
public final class Subscription {

    private final ServerCallStreamObserver<SubscriptionQueryResponse> client;
    private final QueryHandlers handlers;
    private final SubscriptionQueries subscriptions;
    private final Backlog backlog;

    // Guarded by this.
    private final Outgoing<SubscriptionQueryResponse> outgoing;
    private final Set<HandlerStream<QueryProviderInbound>> subscribedAt = new HashSet<>();
    private final Set<HandlerStream<QueryProviderInbound>> initialResultAwaited = new HashSet<>();
    private @Nullable SubscriptionQuery query;
    private boolean initialResultSent;
    private long permits;
    private boolean ended;
    private boolean clientDone;
    private boolean callEnded;

    Subscription(
            ServerCallStreamObserver<SubscriptionQueryResponse> client,
            Backlog backlog,
            QueryHandlers handlers,
            SubscriptionQueries subscriptions) {
        this.client = client;
        this.backlog = backlog;
        this.outgoing = new Outgoing<>(client, backlog);
        this.handlers = handlers;
        this.subscriptions = subscriptions;
        client.setOnReadyHandler(this::drain);
        client.setOnCancelHandler(this::clientDone);
    }

    /** Takes the client's next request. */
    public synchronized void accept(SubscriptionQueryRequest request) {
        if (ended) {
            return;
        }
        switch (request.getRequestCase()) {
            case SUBSCRIBE -> subscribe(request.getSubscribe());
            case GET_INITIAL_RESULT -> askInitialResult();
            case FLOW_CONTROL -> grant(request.getFlowControl().getNumberOfPermits());
            case UNSUBSCRIBE -> unsubscribe();
            case REQUEST_NOT_SET -> {}
        }
    }

    private void subscribe(SubscriptionQuery wanted) {
        if (query != null) {
            return;
        }
        grant(wanted.getNumberOfPermits());
        // The query is kept for handlers that connect later.
        if (!backlog.add(wanted.getSerializedSize())) {
            fail(ErrorCode.TOO_MANY_REQUESTS, "Too much is open already");
            return;
        }
        if (!subscriptions.begin(wanted.getSubscriptionIdentifier(), this)) {
            backlog.remove(wanted.getSerializedSize());
            fail(ErrorCode.QUERY_DUPLICATED, "A subscription query with this identifier is open");
            return;
        }
        query = wanted;
        String name = wanted.getQueryRequest().getQuery();
        List<HandlerStream<QueryProviderInbound>> targets = handlers.all(name);
        if (targets.isEmpty()) {
            fail(ErrorCode.NO_HANDLER_FOR_QUERY, "No handler for query: " + name);
            return;
        }
        targets.forEach(target -> handlerAdded(target, name));
    }

    @SuppressWarnings("deprecation") // Axon Framework 4 asks this way.
    private void askInitialResult() {
        SubscriptionQuery asked = query;
        if (asked == null) {
            fail(ErrorCode.OTHER, "Initial result asked before subscription");
            return;
        }
        String name = asked.getQueryRequest().getQuery();
        List<HandlerStream<QueryProviderInbound>> targets = handlers.oneOfEachComponent(name);
        if (targets.isEmpty()) {
            fail(ErrorCode.NO_HANDLER_FOR_QUERY, "No handler for query: " + name);
            return;
        }
        initialResultAwaited.addAll(targets);
        targets.forEach(target -> target.send(SubscriptionQueries.request(
                SubscriptionQueryRequest.newBuilder().setGetInitialResult(asked))));
    }

    private void grant(long count) {
        if (count > 0) {
            permits = permits > Long.MAX_VALUE - count ? Long.MAX_VALUE : permits + count;
        }
    }

    synchronized void handlerAdded(HandlerStream<QueryProviderInbound> handler, String name) {
        if (!ended && query != null && query.getQueryRequest().getQuery().equals(name) && subscribedAt.add(handler)) {
            handler.send(SubscriptionQueries.request(
                    SubscriptionQueryRequest.newBuilder().setSubscribe(query)));
        }
    }

    synchronized void handlerLost(HandlerStream<QueryProviderInbound> handler) {
        subscribedAt.remove(handler);
        if (initialResultAwaited.remove(handler) && initialResultAwaited.isEmpty() && query != null) {
            respond(SubscriptionQueryResponse.newBuilder()
                    .setMessageIdentifier(UUID.randomUUID().toString())
                    .setSubscriptionIdentifier(query.getSubscriptionIdentifier())
                    .setInitialResult(ActiveQuery.error(
                            query.getQueryRequest().getMessageIdentifier(),
                            ErrorCode.CONNECTION_TO_HANDLER_LOST,
                            "Connection to handler %s lost".formatted(handler.clientId())))
                    .build());
        }
    }

    synchronized void respond(SubscriptionQueryResponse response) {
        if (ended) {
            return;
        }
        if (response.hasInitialResult() && initialResultSent) {
            return;
        }
        initialResultSent |= response.hasInitialResult();
        if (response.hasUpdate() && --permits < 0) {
            fail(ErrorCode.OTHER, "Zero remaining permits: the updates are not taken fast enough");
        } else if (!outgoing.add(response)) {
            fail(ErrorCode.TOO_MANY_REQUESTS, "The updates are not read fast enough");
        }
    }

    private synchronized void drain() {
        outgoing.drain();
        completeIfDone();
    }

    private void fail(ErrorCode code, String message) {
        unsubscribe();
        outgoing.clear();
        callEnded = true;
        client.onError(code.exception(message));
    }

    private void unsubscribe() {
        ended = true;
        SubscriptionQuery over = query;
        if (over != null) {
            query = null;
            backlog.remove(over.getSerializedSize());
            subscriptions.end(over.getSubscriptionIdentifier(), this);
            subscribedAt.forEach(handler -> handler.send(SubscriptionQueries.request(
                    SubscriptionQueryRequest.newBuilder().setUnsubscribe(over))));
        }
    }

    /** The client has closed its side, or is gone. */
    public synchronized void clientDone() {
        clientDone = true;
        unsubscribe();
        if (client.isCancelled()) {
            outgoing.clear();
            callEnded = true;
        }
        completeIfDone();
    }

    private void completeIfDone() {
        if (clientDone && !callEnded && outgoing.waiting() == 0) {
            callEnded = true;
            client.onCompleted();
        }
    }
}
