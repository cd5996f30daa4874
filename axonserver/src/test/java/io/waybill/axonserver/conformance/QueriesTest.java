package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.numberOfResults;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.priority;
import static io.waybill.axonserver.conformance.Messages.query;
import static io.waybill.axonserver.conformance.Messages.streaming;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.timeoutMillis;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.ErrorMessage;
import io.axoniq.axonserver.grpc.InstructionAck;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.ProcessingInstruction;
import io.axoniq.axonserver.grpc.ProcessingKey;
import io.axoniq.axonserver.grpc.query.QueryProviderOutbound;
import io.axoniq.axonserver.grpc.query.QueryRequest;
import io.axoniq.axonserver.grpc.query.QueryResponse;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc;
import io.axoniq.axonserver.grpc.query.QueryServiceGrpc.QueryServiceStub;
import io.grpc.Context;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Point-to-point and scatter-gather queries. */
class QueriesTest {

    /** The original takes a permit also for what is not a query: for a cancellation, or to ask for more answers. */
    private static final long PLENTY = 1_000;

    private final Clients clients = new Clients();
    private final QueryServiceStub asking = QueryServiceGrpc.newStub(clients.channel());
    private final String name = unique("Find");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void queryReachesItsHandlerAsItIsAndTheAnswerComesBackAsItIs() {
        BareQueryHandler handler = handler("library").grant(1);
        QueryRequest sent = query(name, numberOfResults(1), timeoutMillis(5_000)).toBuilder()
                .putMetaData(
                        "trace", MetaDataValue.newBuilder().setNumberValue(7).build())
                .build();
        Received<QueryResponse> answers = ask(sent);

        QueryRequest received = handler.next();
        assertThat(received.getMessageIdentifier()).isEqualTo(sent.getMessageIdentifier());
        assertThat(received.getPayload()).isEqualTo(sent.getPayload());
        assertThat(received.getMetaDataMap()).isEqualTo(sent.getMetaDataMap());
        assertThat(numberOf(received, ProcessingKey.NR_OF_RESULTS)).isEqualTo(1);
        assertThat(numberOf(received, ProcessingKey.TIMEOUT)).isBetween(1L, 5_000L);

        handler.respond(
                received,
                QueryResponse.newBuilder()
                        .setPayload(payload("here"))
                        .putMetaData(
                                "mood",
                                MetaDataValue.newBuilder().setTextValue("good").build()));
        handler.complete(received);
        QueryResponse answer = answers.next();
        assertThat(text(answer.getPayload())).isEqualTo("here");
        assertThat(answer.getMetaDataOrThrow("mood").getTextValue()).isEqualTo("good");
        assertThat(answer.getRequestIdentifier()).isEqualTo(sent.getMessageIdentifier());
        assertEndedWithout(answers);
    }

    @Test
    void queryWithoutHandlerIsRefused() {
        Received<QueryResponse> answers = ask(query(name));

        QueryResponse refusal = answers.next();
        assertThat(refusal.getErrorCode()).isEqualTo("AXONIQ-5000");
        assertThat(refusal.getErrorMessage().getMessage()).contains(name);
        assertEndedWithout(answers);
    }

    @Test
    void queryIsRefusedAgainOnceItsHandlerIsGone() {
        BareQueryHandler handler = handler("library").grant(10);
        handler.vanish();

        Awaitility.await().until(() -> ask(query(name)).next().getErrorCode().equals("AXONIQ-5000"));
    }

    /** The number of results is for the handler, which may be several in one, and for the sender, which may stop. */
    @Test
    void everyApplicationIsAskedWhateverNumberOfResultsIsWanted() {
        BareQueryHandler library = handler("library").grant(10);
        BareQueryHandler archive = handler("archive").grant(10);

        for (int wanted : new int[] {1, -1, 2}) {
            Received<QueryResponse> answers = ask(query(name, numberOfResults(wanted)));
            for (BareQueryHandler handler : List.of(library, archive)) {
                QueryRequest query = handler.next();
                assertThat(numberOf(query, ProcessingKey.NR_OF_RESULTS)).isEqualTo(wanted);
                handler.answer(query, "answer");
                handler.complete(query);
            }
            answers.next(2);
            assertEndedWithout(answers);
        }
    }

    @Test
    void onlyOneInstanceOfAnApplicationIsAskedAndTheyTakeTurns() {
        List<BareQueryHandler> instances = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            instances.add(handler("library").grant(10));
        }
        Set<BareQueryHandler> used = new HashSet<>();

        for (int i = 0; i < 3; i++) {
            Received<QueryResponse> answers = ask(query(name, numberOfResults(-1)));
            Awaitility.await().until(() -> instances.stream().anyMatch(instance -> instance.waiting() > 0));
            for (BareQueryHandler instance : instances) {
                if (instance.waiting() > 0) {
                    used.add(instance);
                    QueryRequest query = instance.next();
                    instance.answer(query, "answer");
                    instance.complete(query);
                }
            }
            answers.next();
            assertEndedWithout(answers);
        }

        assertThat(used).hasSize(3);
    }

    @Test
    void instancesTakeTurnsAtEachQueryWhateverIsAskedInBetween() {
        String other = unique("Other");
        List<BareQueryHandler> instances =
                List.of(handler("library").grant(PLENTY), handler("library").grant(PLENTY));
        instances.forEach(instance -> instance.subscribe(other));
        Set<BareQueryHandler> used = new HashSet<>();

        for (String asked : List.of(name, other, name, other)) {
            Received<QueryResponse> answers = ask(query(asked));
            Awaitility.await().until(() -> instances.stream().anyMatch(instance -> instance.waiting() > 0));
            for (BareQueryHandler instance : instances) {
                if (instance.waiting() > 0) {
                    instance.complete(instance.next());
                    if (asked.equals(name)) {
                        used.add(instance);
                    }
                }
            }
            assertEndedWithout(answers);
        }

        assertThat(used).hasSize(2);
    }

    @Test
    void handlerMayAnswerAnyNumberOfTimes() {
        BareQueryHandler handler = handler("library").grant(1);
        Received<QueryResponse> answers = ask(query(name));
        QueryRequest query = handler.next();

        handler.answer(query, "one");
        handler.answer(query, "two");
        handler.answer(query, "three");
        handler.complete(query);

        assertThat(answers.next(3))
                .extracting(answer -> text(answer.getPayload()))
                .containsExactly("one", "two", "three");
        assertEndedWithout(answers);
    }

    @Test
    void handlerMayHaveNoAnswerAtAll() {
        BareQueryHandler handler = handler("library").grant(1);
        Received<QueryResponse> answers = ask(query(name));

        handler.complete(handler.next());

        assertEndedWithout(answers);
    }

    @Test
    void errorOfTheOnlyHandlerIsPassedOnAsItIs() {
        BareQueryHandler handler = handler("library").grant(1);
        Received<QueryResponse> answers = ask(query(name));
        QueryRequest query = handler.next();

        handler.respond(query, error("closed today"));
        handler.complete(query);

        QueryResponse answer = answers.next();
        assertThat(answer.getErrorCode()).isEqualTo("AXONIQ-5001");
        assertThat(answer.getErrorMessage().getMessage()).isEqualTo("closed today");
        assertEndedWithout(answers);
    }

    @Test
    void errorOfOneHandlerIsNotPassedOnWhenAnotherAnswersAfterIt() {
        BareQueryHandler library = handler("library").grant(1);
        BareQueryHandler archive = handler("archive").grant(1);
        Received<QueryResponse> answers = ask(query(name, numberOfResults(1)));

        QueryRequest failing = library.next();
        library.respond(failing, error("closed today"));
        library.complete(failing);
        // The next message of the library is acknowledged, so its error was seen before the archive answers.
        library.grant(1);
        QueryRequest query = archive.next();
        archive.answer(query, "found");
        archive.complete(query);

        assertThat(text(answers.next().getPayload())).isEqualTo("found");
        assertEndedWithout(answers);
    }

    @Test
    void queryFailsWhenItsOnlyHandlerDisconnectsInTheMiddle() {
        BareQueryHandler handler = handler("library").grant(1);
        Received<QueryResponse> answers = ask(query(name));
        handler.next();

        handler.vanish();

        assertThat(answers.next().getErrorCode()).isEqualTo("AXONIQ-4001");
        assertEndedWithout(answers);
    }

    @Test
    void otherApplicationsAreHeardWhenOneDisconnects() {
        BareQueryHandler library = handler("library").grant(PLENTY);
        BareQueryHandler archive = handler("archive").grant(PLENTY);
        Received<QueryResponse> answers = ask(query(name, numberOfResults(-1)));
        library.next();
        QueryRequest query = archive.next();

        library.vanish();
        Awaitility.await().until(() -> onlyTheArchiveIsAsked(archive));
        archive.answer(query, "found");
        archive.complete(query);

        Awaitility.await().until(answers::hasEnded);
        assertThat(answers.next(answers.waiting()))
                .extracting(answer -> text(answer.getPayload()))
                .contains("found");
    }

    @Test
    @NodeOnly(
            "The original adds an error for the lost handler. A direct query takes it for its answer, if it is first.")
    void lostHandlerIsNoAnswerWhileThereIsAnother() {
        BareQueryHandler library = handler("library").grant(PLENTY);
        BareQueryHandler archive = handler("archive").grant(PLENTY);
        Received<QueryResponse> answers = ask(query(name, numberOfResults(1)));
        library.next();
        QueryRequest query = archive.next();

        library.vanish();
        Awaitility.await().until(() -> onlyTheArchiveIsAsked(archive));
        archive.answer(query, "found");
        archive.complete(query);

        assertThat(text(answers.next().getPayload())).isEqualTo("found");
        assertEndedWithout(answers);
    }

    @Test
    void handlerGetsNoMoreQueriesThanItGrantedPermitsFor() {
        BareQueryHandler handler = handler("library");
        List<Received<QueryResponse>> answers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            answers.add(queued(query(name, timeoutMillis(60_000))));
        }
        assertThat(handler.waiting()).isZero();

        handler.grant(1);
        QueryRequest first = handler.next();
        handler.subscribe(unique("Unused"));
        assertThat(handler.waiting()).isZero();

        handler.grant(PLENTY);
        for (QueryRequest query : List.of(first, handler.next(), handler.next())) {
            handler.complete(query);
        }
        answers.forEach(QueriesTest::assertEndedWithout);
    }

    @Test
    @NodeOnly("The original sends queries in their order, whatever their priority; of commands it minds it.")
    void mostUrgentQueriesAreSentFirst() {
        BareQueryHandler handler = handler("library");
        List<Received<QueryResponse>> answers = new ArrayList<>();
        for (long priority : new long[] {0, 5, 9}) {
            answers.add(queued(query(name, priority(priority), timeoutMillis(60_000))));
        }

        for (long priority : new long[] {9, 5, 0}) {
            handler.grant(1);
            QueryRequest query = handler.next();
            assertThat(numberOf(query, ProcessingKey.PRIORITY)).isEqualTo(priority);
            handler.complete(query);
        }
        answers.forEach(QueriesTest::assertEndedWithout);
    }

    @Test
    @NodeOnly("The original takes a permit for it, and says nothing to a handler that has none left.")
    void cancellationTakesNoPermit() {
        BareQueryHandler handler = handler("library").grant(1);
        QueryRequest query = query(name);
        cancelOnceAsked(handler, query);

        assertThat(handler.cancelled().next()).isEqualTo(query.getMessageIdentifier());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void queryThatWaitsForItsHandlerLongerThanItsSenderDoesTimesOutAndIsNotSent(boolean streaming) {
        BareQueryHandler handler = handler("library");
        QueryRequest waiting =
                streaming ? query(name, timeoutMillis(200), streaming()) : query(name, timeoutMillis(200));
        Received<QueryResponse> answers = queued(waiting);
        long sentNanos = System.nanoTime();
        Awaitility.await().until(() -> System.nanoTime() - sentNanos > 250_000_000);

        handler.grant(PLENTY);

        assertThat(answers.next().getErrorCode()).isEqualTo("AXONIQ-5006");
        assertEndedWithout(answers);
        Received<QueryResponse> later = ask(query(name, timeoutMillis(60_000)));
        QueryRequest query = handler.next();
        assertThat(numberOf(query, ProcessingKey.TIMEOUT)).isGreaterThan(200);
        handler.complete(query);
        assertEndedWithout(later);
    }

    @Test
    @NodeOnly("The original waits for its own limit, five minutes, once the handler has the query.")
    void queryThatIsNotAnsweredInTheTimeOfItsSenderTimesOut() {
        BareQueryHandler handler = handler("library").grant(1);
        Received<QueryResponse> answers = ask(query(name, timeoutMillis(300)));
        QueryRequest query = handler.next();

        assertThat(answers.next().getErrorCode()).isEqualTo("AXONIQ-5006");
        assertEndedWithout(answers);
        assertThat(handler.cancelled().next()).isEqualTo(query.getMessageIdentifier());
    }

    @Test
    @NodeOnly("The original does not end it; the sender does when its time is up, with the answers it has.")
    void scatterGatherThatTimesOutEndsWithTheAnswersThereAre() {
        BareQueryHandler library = handler("library").grant(1);
        BareQueryHandler archive = handler("archive").grant(1);
        Received<QueryResponse> answers = ask(query(name, numberOfResults(-1), timeoutMillis(300)));

        QueryRequest query = library.next();
        library.answer(query, "found");
        library.complete(query);
        archive.next();

        assertThat(text(answers.next().getPayload())).isEqualTo("found");
        assertEndedWithout(answers);
        assertThat(archive.cancelled().next()).isEqualTo(query.getMessageIdentifier());
    }

    @Test
    void handlersAreToldWhenTheSenderWaitsNoLonger() {
        BareQueryHandler handler = handler("library").grant(PLENTY);
        QueryRequest query = query(name);

        cancelOnceAsked(handler, query);

        assertThat(handler.cancelled().next()).isEqualTo(query.getMessageIdentifier());
    }

    @Test
    void identifierOfAQueryInProgressIsRefusedAndIsFreeAgainAfterwards() {
        BareQueryHandler handler = handler("library").grant(10);
        QueryRequest query = query(name);
        Received<QueryResponse> first = ask(query);
        handler.next();

        Received<QueryResponse> second = ask(query);
        assertThat(second.next().getErrorCode()).isEqualTo("AXONIQ-5007");
        assertEndedWithout(second);

        handler.answer(query, "first");
        handler.complete(query);
        assertThat(text(first.next().getPayload())).isEqualTo("first");
        assertEndedWithout(first);

        Received<QueryResponse> again = ask(query);
        handler.complete(handler.next());
        assertEndedWithout(again);
    }

    @Test
    void instructionThatIsNoneIsRefusedWithoutHarmToTheStream() {
        BareQueryHandler handler = handler("library").grant(1);

        InstructionAck acknowledgement = handler.acknowledged(QueryProviderOutbound.newBuilder());

        assertThat(acknowledgement.getSuccess()).isFalse();
        assertThat(acknowledgement.getError().getErrorCode()).isEqualTo("AXONIQ-1002");
        Received<QueryResponse> answers = ask(query(name));
        handler.complete(handler.next());
        assertEndedWithout(answers);
    }

    private BareQueryHandler handler(String component) {
        return new BareQueryHandler(clients, component).subscribe(name);
    }

    private Received<QueryResponse> ask(QueryRequest query) {
        Received<QueryResponse> answers = new Received<>();
        asking.query(query, answers);
        return answers;
    }

    /** Asks a handler that grants no permits; when this returns, the server has the query. */
    private Received<QueryResponse> queued(QueryRequest query) {
        Received<QueryResponse> one = ask(query);
        Received<QueryResponse> other = ask(query);
        Awaitility.await().until(() -> one.hasEnded() || other.hasEnded());
        Received<QueryResponse> refused = one.hasEnded() ? one : other;
        assertThat(refused.next().getErrorCode()).isEqualTo("AXONIQ-5007");
        return refused == one ? other : one;
    }

    /** Sends {@code query} and cancels it as soon as {@code handler} has it. */
    private void cancelOnceAsked(BareQueryHandler handler, QueryRequest query) {
        try (var cancellable = Context.current().withCancellation()) {
            cancellable.run(() -> asking.query(query, new Received<>()));
            handler.next();
        }
    }

    private boolean onlyTheArchiveIsAsked(BareQueryHandler archive) {
        QueryRequest probe = query(name);
        Received<QueryResponse> answers = ask(probe);
        archive.complete(archive.next());
        answers.end();
        return answers.waiting() == 0;
    }

    private static long numberOf(QueryRequest query, ProcessingKey key) {
        return query.getProcessingInstructionsList().stream()
                .filter(instruction -> instruction.getKey() == key)
                .map(ProcessingInstruction::getValue)
                .mapToLong(MetaDataValue::getNumberValue)
                .findFirst()
                .orElseThrow();
    }

    private static QueryResponse.Builder error(String message) {
        return QueryResponse.newBuilder()
                .setErrorCode("AXONIQ-5001")
                .setErrorMessage(ErrorMessage.newBuilder().setMessage(message));
    }

    private static void assertEndedWithout(Received<QueryResponse> answers) {
        assertThat(answers.end().status()).isEqualTo(Status.Code.OK);
        assertThat(answers.waiting()).as("answers left").isZero();
    }
}
