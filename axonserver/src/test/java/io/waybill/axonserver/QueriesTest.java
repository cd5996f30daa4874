package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.payload;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnection;
import io.axoniq.axonserver.connector.ErrorCategory;
import io.axoniq.axonserver.connector.FlowControl;
import io.axoniq.axonserver.connector.Registration;
import io.axoniq.axonserver.connector.ReplyChannel;
import io.axoniq.axonserver.connector.ResultStream;
import io.axoniq.axonserver.connector.impl.SyncRegistration;
import io.axoniq.axonserver.connector.query.QueryDefinition;
import io.axoniq.axonserver.connector.query.QueryHandler;
import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.SerializedObject;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryUpdate;
import io.axoniq.axonserver.grpc.query.SubscriptionQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SuppressWarnings("removal") // Axon Framework 4 asks for the initial result the old way.
class QueriesTest {

    private final Clients clients = new Clients();
    private AxonServerNode node;
    private AxonServerConnection asking;

    @BeforeEach
    void start() throws Exception {
        node = AxonServerNode.start(AxonServerOptions.embedded().withMessageTimeout(Duration.ofMillis(700)));
        asking = clients.connect(node, "asking");
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        node.close();
    }

    @Test
    void queryReachesAHandlerAndTheAnswerComesBack() throws Exception {
        handle("library", new Answering("here"));

        assertThat(answers(query("Find"))).containsExactly("here");
    }

    @Test
    void queryWithoutHandlerIsRefused() throws Exception {
        try (ResultStream<QueryResponse> results = asking.queryChannel().query(query("Unknown"))) {
            assertThat(results.next().getErrorCode()).isEqualTo("AXONIQ-5000");
        }
    }

    @Test
    void queryIsAnsweredOnceByEachApplicationHoweverManyInstancesItHas() throws Exception {
        handle("library", new Answering("library"));
        handle("library", new Answering("library"));
        handle("archive", new Answering("archive"));

        assertThat(answers(query("Find"))).containsExactlyInAnyOrder("library", "archive");
    }

    @Test
    void errorOfAHandlerIsPassedOn() throws Exception {
        handle(
                "library",
                (request, reply) -> reply.sendLast(QueryResponse.newBuilder()
                        .setRequestIdentifier(request.getMessageIdentifier())
                        .setErrorCode("AXONIQ-5001")
                        .setErrorMessage(ErrorMessage.newBuilder().setMessage("closed today"))
                        .build()));

        try (ResultStream<QueryResponse> results = asking.queryChannel().query(query("Find"))) {
            QueryResponse response = results.next();
            assertThat(response.getErrorCode()).isEqualTo("AXONIQ-5001");
            assertThat(response.getErrorMessage().getMessage()).isEqualTo("closed today");
        }
    }

    @Test
    void queryThatIsNotAnsweredTimesOut() throws Exception {
        handle("library", (request, reply) -> {});

        try (ResultStream<QueryResponse> results = asking.queryChannel().query(query("Find"))) {
            QueryResponse response = results.nextIfAvailable(5, TimeUnit.SECONDS);
            assertThat(response.getErrorCode()).isEqualTo("AXONIQ-5006");
        }
    }

    @Test
    void streamedAnswersAreProducedOnlyAsFastAsTheyAreTaken() throws Exception {
        Counting handler = new Counting(1_000);
        handle("library", handler);
        QueryRequest streaming = query("Find").toBuilder()
                .addProcessingInstructions(ProcessingInstruction.newBuilder()
                        .setKey(ProcessingKey.CLIENT_SUPPORTS_STREAMING)
                        .setValue(MetaDataValue.newBuilder().setBooleanValue(true)))
                .build();

        try (ResultStream<QueryResponse> results = asking.queryChannel().query(streaming)) {
            // Nothing is taken, so the handler must come to a halt as soon as the buffers on the way are full.
            AtomicInteger before = new AtomicInteger(-1);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> before.getAndSet(handler.produced.get()) == handler.produced.get());
            assertThat(handler.produced).hasValueBetween(32, 500);
            for (int i = 0; i < 1_000; i++) {
                assertThat(results.next().getPayload().getType()).isEqualTo("" + i);
            }
            Awaitility.await().until(results::isClosed);
        }
    }

    @Test
    void subscriptionQueryDeliversTheInitialResultAndUpdatesUntilItIsCompleted() throws Exception {
        Updating handler = new Updating();
        handle("library", handler);

        var subscription = asking.queryChannel().subscriptionQuery(query("Find"), 64, 16);
        assertThat(text(await(subscription.initialResult()))).isEqualTo("initial");

        Awaitility.await().until(() -> handler.subscribers.size() == 1);
        for (int i = 0; i < 200; i++) {
            handler.update("update " + i);
            QueryUpdate update = subscription.updates().nextIfAvailable(5, TimeUnit.SECONDS);
            assertThat(update.getPayload().getData().toStringUtf8()).isEqualTo("update " + i);
        }

        handler.subscribers.getFirst().complete();
        Awaitility.await().until(() -> subscription.updates().isClosed());
        Awaitility.await().until(handler.subscribers::isEmpty);
    }

    @Test
    void handlerThatConnectsLaterLearnsOfTheSubscription() throws Exception {
        handle("library", new Updating());
        var subscription = asking.queryChannel().subscriptionQuery(query("Find"), 64, 16);
        await(subscription.initialResult());

        Updating late = new Updating();
        handle("archive", late);

        Awaitility.await().until(() -> late.subscribers.size() == 1);
        late.update("from the archive");
        QueryUpdate update = subscription.updates().nextIfAvailable(5, TimeUnit.SECONDS);
        assertThat(update.getPayload().getData().toStringUtf8()).isEqualTo("from the archive");
        subscription.updates().close();
    }

    @Test
    void handlerIsToldWhenTheSubscriberIsGone() throws Exception {
        Updating handler = new Updating();
        handle("library", handler);
        var subscription = asking.queryChannel().subscriptionQuery(query("Find"), 64, 16);
        await(subscription.initialResult());
        Awaitility.await().until(() -> handler.subscribers.size() == 1);

        subscription.updates().close();

        Awaitility.await().until(handler.subscribers::isEmpty);
    }

    @Test
    void subscriberThatDoesNotTakeItsUpdatesLosesTheSubscription() throws Exception {
        Updating handler = new Updating();
        handle("library", handler);
        var subscription = asking.queryChannel().subscriptionQuery(query("Find"), 64, 16);
        await(subscription.initialResult());
        Awaitility.await().until(() -> handler.subscribers.size() == 1);

        for (int i = 0; i < 200; i++) {
            handler.update("unread");
        }

        Awaitility.await().until(() -> subscription.updates().getError().isPresent());
    }

    @Test
    void subscriptionQueryWithoutHandlerIsRefused() {
        var subscription = asking.queryChannel().subscriptionQuery(query("Unknown"), 64, 16);

        assertThat(subscription.initialResult())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableOfType(ExecutionException.class)
                .withMessageContaining("AXONIQ-5000");
    }

    private void handle(String component, QueryHandler handler) throws Exception {
        clients.connect(node, component)
                .queryChannel()
                .registerQueryHandler(handler, new QueryDefinition("Find", "text"))
                .awaitAck(5, TimeUnit.SECONDS);
    }

    private List<String> answers(QueryRequest query) throws Exception {
        List<String> answers = new ArrayList<>();
        try (ResultStream<QueryResponse> results = asking.queryChannel().query(query)) {
            QueryResponse response = results.nextIfAvailable(5, TimeUnit.SECONDS);
            while (response != null) {
                answers.add(text(response));
                response = results.nextIfAvailable(5, TimeUnit.SECONDS);
            }
        }
        return answers;
    }

    private static QueryRequest query(String name) {
        return QueryRequest.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setQuery(name)
                .setPayload(payload(""))
                .build();
    }

    private static String text(QueryResponse response) {
        assertThat(response.getErrorCode()).isEmpty();
        return response.getPayload().getData().toStringUtf8();
    }

    private static QueryResponse response(QueryRequest request, String text) {
        return QueryResponse.newBuilder()
                .setMessageIdentifier(UUID.randomUUID().toString())
                .setRequestIdentifier(request.getMessageIdentifier())
                .setPayload(payload(text))
                .build();
    }

    private record Answering(String text) implements QueryHandler {

        @Override
        public void handle(QueryRequest request, ReplyChannel<QueryResponse> reply) {
            reply.sendLast(response(request, text));
        }
    }

    /** Answers one large part after the other, when asked for it. */
    private static final class Counting implements QueryHandler {

        private static final ByteString PART = ByteString.copyFrom(new byte[10_000]);

        private final int count;
        private final AtomicInteger produced = new AtomicInteger();

        Counting(int count) {
            this.count = count;
        }

        @Override
        public void handle(QueryRequest request, ReplyChannel<QueryResponse> reply) {
            reply.completeWithError(ErrorCategory.OTHER, "Only streams");
        }

        @Override
        public FlowControl stream(QueryRequest request, ReplyChannel<QueryResponse> reply) {
            return new FlowControl() {
                @Override
                public void request(long requested) {
                    for (long i = 0; i < requested && produced.get() < count; i++) {
                        reply.send(response(request, "").toBuilder()
                                .setPayload(SerializedObject.newBuilder()
                                        .setType("" + produced.getAndIncrement())
                                        .setData(PART))
                                .build());
                    }
                    if (produced.get() == count) {
                        reply.complete();
                    }
                }

                @Override
                public void cancel() {
                    produced.set(count);
                }
            };
        }
    }

    /** Answers, and has updates for whoever subscribed. */
    private static final class Updating implements QueryHandler {

        private final List<UpdateHandler> subscribers = new CopyOnWriteArrayList<>();

        void update(String text) {
            QueryUpdate update =
                    QueryUpdate.newBuilder().setPayload(payload(text)).build();
            subscribers.forEach(subscriber -> subscriber.sendUpdate(update));
        }

        @Override
        public void handle(QueryRequest request, ReplyChannel<QueryResponse> reply) {
            reply.sendLast(response(request, "initial"));
        }

        @Override
        public Registration registerSubscriptionQuery(SubscriptionQuery query, UpdateHandler subscriber) {
            subscribers.add(subscriber);
            return new SyncRegistration(() -> subscribers.remove(subscriber));
        }
    }
}
