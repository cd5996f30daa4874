package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.query;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc.QueryServiceStub;
import io.axoniq.axonserver.grpc.query.QueryUpdate;
import io.axoniq.axonserver.grpc.query.QueryUpdateComplete;
import io.axoniq.axonserver.grpc.query.QueryUpdateCompleteExceptionally;
import io.axoniq.axonserver.grpc.query.SubscriptionQuery;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryRequest;
import io.axoniq.axonserver.grpc.query.SubscriptionQueryResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Queries that go on with updates. */
@SuppressWarnings("deprecation") // Axon Framework 4 asks for the initial result this way.
class SubscriptionQueriesTest {

    private final Clients clients = new Clients();
    private final QueryServiceStub asking = QueryServiceGrpc.newStub(clients.channel());
    private final String name = unique("Watch");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void handlerLearnsOfTheSubscriptionAndItsUpdatesArriveInOrder() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();

        SubscriptionQuery learned = handler.subscriptions().next().getSubscribe();
        assertThat(learned.getQueryRequest()).isEqualTo(subscriber.query);
        assertThat(learned.getSubscriptionIdentifier()).isEqualTo(subscriber.id());
        for (int i = 0; i < 50; i++) {
            handler.respond(subscriber.id(), update("update " + i));
        }

        for (int i = 0; i < 50; i++) {
            assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("update " + i);
        }
    }

    @Test
    void initialResultIsGivenWhenAskedFor() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();
        assertThat(handler.subscriptions().next().hasSubscribe()).isTrue();
        subscriber.askInitialResult();

        SubscriptionQueryRequest asked = handler.subscriptions().next();
        assertThat(asked.hasGetInitialResult()).isTrue();
        handler.respond(subscriber.id(), initialResult("initial"));
        handler.respond(subscriber.id(), update("update"));

        assertThat(text(subscriber.updates.next().getInitialResult().getPayload()))
                .isEqualTo("initial");
        assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("update");
    }

    @Test
    void everyInstanceLearnsOfTheSubscriptionAndOneOfThemGivesTheInitialResult() {
        BareQueryHandler one = handler("library");
        BareQueryHandler other = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();
        assertThat(one.subscriptions().next().hasSubscribe()).isTrue();
        assertThat(other.subscriptions().next().hasSubscribe()).isTrue();

        subscriber.askInitialResult();

        Awaitility.await()
                .until(() ->
                        one.subscriptions().waiting() + other.subscriptions().waiting() == 1);
        one.respond(subscriber.id(), update("from one"));
        assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("from one");
        other.respond(subscriber.id(), update("from the other"));
        assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("from the other");
    }

    @Test
    void handlerThatConnectsLaterLearnsOfTheSubscription() {
        BareQueryHandler first = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();
        first.subscriptions().next();

        BareQueryHandler late = handler("archive");

        assertThat(late.subscriptions().next().getSubscribe().getSubscriptionIdentifier())
                .isEqualTo(subscriber.id());
        late.respond(subscriber.id(), update("from the archive"));
        assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("from the archive");
    }

    @Test
    void completionReachesTheSubscriber() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();
        handler.subscriptions().next();

        handler.respond(subscriber.id(), update("last"));
        handler.respond(
                subscriber.id(),
                SubscriptionQueryResponse.newBuilder()
                        .setComplete(QueryUpdateComplete.newBuilder().setComponentName("library")));

        assertThat(text(subscriber.updates.next().getUpdate().getPayload())).isEqualTo("last");
        assertThat(subscriber.updates.next().getComplete().getComponentName()).isEqualTo("library");
    }

    @Test
    void exceptionalCompletionReachesTheSubscriber() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(100).subscribe();
        handler.subscriptions().next();

        handler.respond(
                subscriber.id(),
                SubscriptionQueryResponse.newBuilder()
                        .setCompleteExceptionally(QueryUpdateCompleteExceptionally.newBuilder()
                                .setErrorCode("AXONIQ-5001")
                                .setErrorMessage(ErrorMessage.newBuilder().setMessage("the library burned down"))));

        QueryUpdateCompleteExceptionally end = subscriber.updates.next().getCompleteExceptionally();
        assertThat(end.getErrorCode()).isEqualTo("AXONIQ-5001");
        assertThat(end.getErrorMessage().getMessage()).isEqualTo("the library burned down");
    }

    @Test
    void handlersAreToldWhenTheSubscriberIsDoneOrGone() {
        BareQueryHandler handler = handler("library");
        Subscriber unsubscribing = new Subscriber(query(name)).grant(100).subscribe();
        handler.subscriptions().next();
        unsubscribing.unsubscribe();
        assertUnsubscribed(handler, unsubscribing);

        Subscriber closing = new Subscriber(query(name)).grant(100).subscribe();
        handler.subscriptions().next();
        closing.server.onCompleted();
        assertUnsubscribed(handler, closing);
        assertThat(closing.updates.end().status()).isEqualTo(Status.Code.OK);

        Subscriber cancelling = new Subscriber(query(name)).grant(100).subscribe();
        handler.subscriptions().next();
        cancelling.server.onError(Status.CANCELLED.asRuntimeException());
        assertUnsubscribed(handler, cancelling);
    }

    @Test
    void handlerThatUpdatesAnUnknownSubscriptionIsToldToStop() {
        BareQueryHandler handler = handler("library");

        handler.respond("nobody", update("unwanted"));

        SubscriptionQueryRequest answer = handler.subscriptions().next();
        assertThat(answer.getUnsubscribe().getSubscriptionIdentifier()).isEqualTo("nobody");
    }

    @Test
    void subscriberThatGetsMoreUpdatesThanItAllowedForLosesTheSubscription() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(3).subscribe();
        handler.subscriptions().next();

        for (int i = 0; i < 4; i++) {
            handler.respond(subscriber.id(), update("update " + i));
        }

        subscriber.updates.next(3);
        Received.Fault fault = subscriber.updates.end();
        assertThat(fault.status()).isEqualTo(Status.Code.CANCELLED);
        assertThat(fault.code()).isEqualTo("AXONIQ-0001");
        assertThat(fault.description()).contains("Zero remaining permits");
        assertThat(subscriber.updates.waiting()).isZero();
        assertUnsubscribed(handler, subscriber);
    }

    @Test
    void permitsAreAddedUp() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(2).subscribe();
        handler.subscriptions().next();
        handler.respond(subscriber.id(), update("1"));
        subscriber.updates.next();
        subscriber.grant(2);
        subscriber.askInitialResult();
        assertThat(handler.subscriptions().next().hasGetInitialResult()).isTrue();

        handler.respond(subscriber.id(), update("2"));
        handler.respond(subscriber.id(), update("3"));

        subscriber.updates.next(2);
    }

    @Test
    @NodeOnly("The original counts the initial result as an update, which the permits are not granted for.")
    void initialResultAndCompletionNeedNoPermit() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(1).subscribe();
        handler.subscriptions().next();

        handler.respond(subscriber.id(), initialResult("initial"));
        handler.respond(subscriber.id(), update("update"));
        handler.respond(
                subscriber.id(),
                SubscriptionQueryResponse.newBuilder().setComplete(QueryUpdateComplete.getDefaultInstance()));

        assertThat(subscriber.updates.next(3))
                .extracting(SubscriptionQueryResponse::getResponseCase)
                .containsExactly(
                        SubscriptionQueryResponse.ResponseCase.INITIAL_RESULT,
                        SubscriptionQueryResponse.ResponseCase.UPDATE,
                        SubscriptionQueryResponse.ResponseCase.COMPLETE);
    }

    @Test
    void subscriptionQueryWithoutHandlerIsRefused() {
        Subscriber subscriber = new Subscriber(query(name)).grant(10).subscribe();

        Received.Fault fault = subscriber.updates.end();
        assertThat(fault.status()).isNotEqualTo(Status.Code.OK);
        assertThat(fault.description()).contains("AXONIQ-5000");
    }

    @Test
    @NodeOnly("The original ends it with AXONIQ-0001 and has the code in the text only, where no client looks.")
    void subscriptionQueryWithoutHandlerIsRefusedWithTheCodeOfThatFault() {
        Received.Fault fault =
                new Subscriber(query(name)).grant(10).subscribe().updates.end();

        assertThat(fault.status()).isEqualTo(Status.Code.NOT_FOUND);
        assertThat(fault.code()).isEqualTo("AXONIQ-5000");
        assertThat(fault.description()).contains(name);
    }

    @Test
    void initialResultCannotBeAskedForBeforeTheSubscription() {
        Subscriber subscriber = new Subscriber(query(name)).grant(10);
        subscriber.askInitialResult();

        Received.Fault fault = subscriber.updates.end();
        assertThat(fault.status()).isEqualTo(Status.Code.CANCELLED);
        assertThat(fault.code()).isEqualTo("AXONIQ-0001");
        assertThat(fault.description()).contains("Initial result asked before subscription");
    }

    @Test
    @NodeOnly("The original never answers. The subscriber of a handler that is gone would wait for ever.")
    void lostHandlerIsTheInitialResultWhenNoOtherHasOne() {
        BareQueryHandler handler = handler("library");
        Subscriber subscriber = new Subscriber(query(name)).grant(10).subscribe();
        subscriber.askInitialResult();
        handler.subscriptions().next(2);

        handler.vanish();

        assertThat(subscriber.updates.next().getInitialResult().getErrorCode()).isEqualTo("AXONIQ-4001");
    }

    @Test
    @NodeOnly("The original lets the second subscription take the updates of the first away.")
    void identifierOfAnOpenSubscriptionIsRefused() {
        BareQueryHandler handler = handler("library");
        QueryRequest query = query(name);
        new Subscriber(query).grant(10).subscribe();
        // The two come over connections of their own, so the second has to wait until the first is there.
        handler.subscriptions().next();

        Received.Fault fault =
                new Subscriber(query).grant(10).subscribe().updates.end();

        assertThat(fault.status()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(fault.code()).isEqualTo("AXONIQ-5007");
    }

    private BareQueryHandler handler(String component) {
        return new BareQueryHandler(clients, component).subscribe(name).grant(100);
    }

    private static void assertUnsubscribed(BareQueryHandler handler, Subscriber subscriber) {
        assertThat(handler.subscriptions().next().getUnsubscribe().getSubscriptionIdentifier())
                .isEqualTo(subscriber.id());
    }

    private static SubscriptionQueryResponse.Builder update(String text) {
        return SubscriptionQueryResponse.newBuilder()
                .setUpdate(QueryUpdate.newBuilder().setPayload(payload(text)));
    }

    private static SubscriptionQueryResponse.Builder initialResult(String text) {
        return SubscriptionQueryResponse.newBuilder()
                .setInitialResult(QueryResponse.newBuilder().setPayload(payload(text)));
    }

    /** The other side of a subscription query. */
    private final class Subscriber {

        private final QueryRequest query;
        private final Received<SubscriptionQueryResponse> updates = new Received<>();
        private final StreamObserver<SubscriptionQueryRequest> server = asking.subscription(updates);

        Subscriber(QueryRequest query) {
            this.query = query;
        }

        String id() {
            return query.getMessageIdentifier();
        }

        Subscriber subscribe() {
            server.onNext(SubscriptionQueryRequest.newBuilder()
                    .setSubscribe(subscription())
                    .build());
            return this;
        }

        void askInitialResult() {
            server.onNext(SubscriptionQueryRequest.newBuilder()
                    .setGetInitialResult(subscription())
                    .build());
        }

        Subscriber grant(long permits) {
            server.onNext(SubscriptionQueryRequest.newBuilder()
                    .setFlowControl(subscription().setNumberOfPermits(permits))
                    .build());
            return this;
        }

        void unsubscribe() {
            server.onNext(SubscriptionQueryRequest.newBuilder()
                    .setUnsubscribe(subscription())
                    .build());
        }

        private SubscriptionQuery.Builder subscription() {
            return SubscriptionQuery.newBuilder()
                    .setQueryRequest(query)
                    .setSubscriptionIdentifier(query.getMessageIdentifier());
        }
    }
}
