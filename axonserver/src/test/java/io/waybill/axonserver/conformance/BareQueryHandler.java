package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.payload;

import io.axoniq.axonserver.grpc.FlowControl;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.query.QueryComplete;
import io.axoniq.axonserver.grpc.query.QueryProviderInbound;
import io.axoniq.axonserver.grpc.query.QueryProviderOutbound;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.axoniq.axonserver.grpc.query.QuerySubscription;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A handler of queries that does nothing unasked, as {@link BareCommandHandler} does for commands. */
public final class BareQueryHandler implements StreamObserver<QueryProviderInbound> {

    private final String clientId = Messages.unique("bare");
    private final String component;
    private final Map<String, CompletableFuture<InstructionAck>> acknowledgements = new ConcurrentHashMap<>();
    private final Received<QueryRequest> queries = new Received<>();
    private final Received<SubscriptionQueryRequest> subscriptions = new Received<>();
    private final Received<String> cancelled = new Received<>();
    private final AtomicLong wanted = new AtomicLong();
    private final ManagedChannel channel;
    private final StreamObserver<QueryProviderOutbound> server;

    /** Opens the stream as an instance of {@code component}; nothing is handled yet. */
    public BareQueryHandler(Clients clients, String component) {
        this.component = component;
        channel = clients.channel();
        server = QueryServiceGrpc.newStub(channel).openStream(this);
    }

    /** Registers for {@code query} and waits until that is acknowledged. */
    public BareQueryHandler subscribe(String query) {
        acknowledged(QueryProviderOutbound.newBuilder()
                .setSubscribe(QuerySubscription.newBuilder()
                        .setQuery(query)
                        .setResultName("text")
                        .setClientId(clientId)
                        .setComponentName(component)
                        .setMessageId(UUID.randomUUID().toString())));
        return this;
    }

    /** Allows so many more queries; when this returns, the server knows. */
    public BareQueryHandler grant(long permits) {
        acknowledged(QueryProviderOutbound.newBuilder()
                .setFlowControl(FlowControl.newBuilder().setClientId(clientId).setPermits(permits)));
        return this;
    }

    /** The next query; it must come soon. */
    public QueryRequest next() {
        return queries.next();
    }

    /** How many queries are here that were not taken. */
    public int waiting() {
        return queries.waiting();
    }

    /** What the server wants of this handler's part in a subscription query. */
    public Received<SubscriptionQueryRequest> subscriptions() {
        return subscriptions;
    }

    /** The identifiers of the queries that nobody waits for any more. */
    public Received<String> cancelled() {
        return cancelled;
    }

    /** How many answers the server has asked for, all streaming queries together. */
    public long wanted() {
        return wanted.get();
    }

    /** Sends one of any number of answers. */
    public void answer(QueryRequest query, String text) {
        respond(query, QueryResponse.newBuilder().setPayload(payload(text)));
    }

    /** Sends an answer that is to be completed with the identifiers. */
    public void respond(QueryRequest query, QueryResponse.Builder response) {
        send(QueryProviderOutbound.newBuilder()
                .setQueryResponse(
                        response.setMessageIdentifier(UUID.randomUUID().toString())
                                .setRequestIdentifier(query.getMessageIdentifier())));
    }

    /** There are no more answers to {@code query}. */
    public void complete(QueryRequest query) {
        send(QueryProviderOutbound.newBuilder()
                .setQueryComplete(QueryComplete.newBuilder()
                        .setMessageId(UUID.randomUUID().toString())
                        .setRequestId(query.getMessageIdentifier())));
    }

    /** Sends an initial result, an update or the end of a subscription query. */
    public void respond(String subscription, SubscriptionQueryResponse.Builder response) {
        send(QueryProviderOutbound.newBuilder()
                .setSubscriptionQueryResponse(
                        response.setMessageIdentifier(UUID.randomUUID().toString())
                                .setSubscriptionIdentifier(subscription)));
    }

    /** Sends {@code message} with an instruction identifier; returns what the server says to it. */
    public InstructionAck acknowledged(QueryProviderOutbound.Builder message) {
        String id = UUID.randomUUID().toString();
        CompletableFuture<InstructionAck> acknowledgement = new CompletableFuture<>();
        acknowledgements.put(id, acknowledgement);
        send(message.setInstructionId(id));
        return Clients.await(acknowledgement);
    }

    /** Sends {@code message}. */
    public void send(QueryProviderOutbound.Builder message) {
        server.onNext(message.build());
    }

    /** Cuts the connection, as a process that dies does. */
    public void vanish() {
        channel.shutdownNow();
    }

    @Override
    public void onNext(QueryProviderInbound message) {
        switch (message.getRequestCase()) {
            case QUERY -> queries.onNext(message.getQuery());
            case SUBSCRIPTION_QUERY_REQUEST -> subscriptions.onNext(message.getSubscriptionQueryRequest());
            case QUERY_CANCEL -> cancelled.onNext(message.getQueryCancel().getRequestId());
            case QUERY_FLOW_CONTROL ->
                wanted.addAndGet(message.getQueryFlowControl().getPermits());
            case ACK -> {
                CompletableFuture<InstructionAck> waiting =
                        acknowledgements.remove(message.getAck().getInstructionId());
                if (waiting != null) {
                    waiting.complete(message.getAck());
                }
            }
            case REQUEST_NOT_SET -> {}
        }
    }

    @Override
    public void onError(Throwable cause) {
        queries.onError(cause);
    }

    @Override
    public void onCompleted() {
        queries.onCompleted();
    }
}
