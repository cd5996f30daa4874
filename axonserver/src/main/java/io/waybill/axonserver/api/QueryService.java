package io.waybill.axonserver.api;

import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryProviderOutbound;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc.QueryServiceImplBase;
import io.axoniq.axonserver.grpc.query.QuerySubscription;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.waybill.axonserver.routing.HandlerStream;
import io.waybill.axonserver.routing.QueryRouter;
import io.waybill.axonserver.routing.Subscription;
import io.waybill.axonserver.routing.SubscriptionQueries;

/** Queries: handlers on one side; single, scattered, streaming and subscription queries on the other. */
public final class QueryService extends QueryServiceImplBase {

    private final QueryRouter router;
    private final SubscriptionQueries subscriptions;

    /** Creates the service over {@code router} and {@code subscriptions}. */
    public QueryService(QueryRouter router, SubscriptionQueries subscriptions) {
        this.router = router;
        this.subscriptions = subscriptions;
    }

    @Override
    public void query(QueryRequest request, StreamObserver<QueryResponse> reply) {
        router.query(request, (ServerCallStreamObserver<QueryResponse>) reply, ConnectionBacklogs.current());
    }

    @Override
    public StreamObserver<SubscriptionQueryRequest> subscription(StreamObserver<SubscriptionQueryResponse> out) {
        Subscription subscription = subscriptions.open(
                (ServerCallStreamObserver<SubscriptionQueryResponse>) out, ConnectionBacklogs.current());
        return new CallObserver<>(subscription::accept, subscription::clientDone);
    }

    @Override
    public StreamObserver<QueryProviderOutbound> openStream(StreamObserver<QueryProviderInbound> out) {
        HandlerStream<QueryProviderInbound> stream = new HandlerStream<>(
                (ServerCallStreamObserver<QueryProviderInbound>) out, ConnectionBacklogs.current(), this::disconnected);
        return new CallObserver<>(message -> handle(stream, message), () -> {
            disconnected(stream);
            stream.complete();
        });
    }

    private void disconnected(HandlerStream<QueryProviderInbound> stream) {
        router.disconnected(stream);
        subscriptions.disconnected(stream);
    }

    private void handle(HandlerStream<QueryProviderInbound> stream, QueryProviderOutbound message) {
        String id = message.getInstructionId();
        switch (message.getRequestCase()) {
            case SUBSCRIBE -> {
                QuerySubscription subscription = message.getSubscribe();
                stream.identify(subscription.getClientId(), subscription.getComponentName());
                if (subscriptions.handlerAdded(stream, subscription.getQuery())) {
                    accept(stream, id);
                } else {
                    Acknowledgements.overloaded(id, ack -> stream.send(acknowledge(ack)));
                }
            }
            case UNSUBSCRIBE -> {
                subscriptions.handlerRemoved(stream, message.getUnsubscribe().getQuery());
                accept(stream, id);
            }
            case FLOW_CONTROL -> {
                stream.grant(message.getFlowControl().getPermits());
                accept(stream, id);
            }
            case QUERY_RESPONSE -> {
                router.respond(stream, message.getQueryResponse());
                accept(stream, id);
            }
            case QUERY_COMPLETE -> {
                router.complete(stream, message.getQueryComplete().getRequestId());
                accept(stream, id);
            }
            case SUBSCRIPTION_QUERY_RESPONSE -> {
                subscriptions.respond(stream, message.getSubscriptionQueryResponse());
                accept(stream, id);
            }
            case ACK -> {}
            case REQUEST_NOT_SET -> Acknowledgements.refuse(id, ack -> stream.send(acknowledge(ack)));
        }
    }

    private static void accept(HandlerStream<QueryProviderInbound> stream, String instructionId) {
        Acknowledgements.accept(instructionId, ack -> stream.send(acknowledge(ack)));
    }

    private static QueryProviderInbound acknowledge(InstructionAck ack) {
        return QueryProviderInbound.newBuilder().setAck(ack).build();
    }
}
