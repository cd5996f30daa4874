package io.waybill.payment.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.reset;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.web.ControllerBeans;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.WebAutoConfiguration;
import io.waybill.messages.Money;
import io.waybill.messages.operations.ProviderEvent.ReconciliationRequested;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.payment.reconciliation.ReconciliationRuns.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.bson.Document;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

@NullUnmarked // a null is a failure here
@WebMvcTest
@ImportAutoConfiguration(WebAutoConfiguration.class)
class ReconciliationControllerTest {

    private static final String RUNS = "/api/ops/reconciliations";
    private static final String QUEUE = "/api/ops/discrepancies";
    private static final String NOTHING = "{}";
    private static int strays;

    @SpringBootConfiguration
    @Import(ControllerBeans.class)
    static class Context {

        @Bean
        TestBooks books(MongoDatabase database) {
            return new TestBooks(database);
        }

        @Bean
        Reconciler reconciler(TestBooks books) {
            return new Reconciler(books.runs, books.reconciliation, Duration.ZERO, books.clock);
        }

        @Bean
        RequestEvents requestEvents() {
            return mock();
        }

        @Bean
        ReconciliationController controller(
                TestBooks books, Reconciler reconciler, Idempotency idempotency, RequestEvents events) {
            RequestCommands commands = mock();
            when(commands.send(any())).thenAnswer(call -> {
                books.send(call.getArgument(0));
                return new RequestCommands.Done<>(null, 7);
            });
            return new ReconciliationController(
                    reconciler,
                    books.runs,
                    books.queue,
                    books.provider.calls,
                    books.examination,
                    commands,
                    events,
                    idempotency);
        }
    }

    @Autowired
    private MockMvcTester http;

    @Autowired
    private TestBooks books;

    @Autowired
    private RequestEvents events;

    @Autowired
    private MongoDatabase database;

    @BeforeEach
    void forget() {
        books.provider.entries.clear();
        books.provider.unreachable = false;
        reset(events);
        books.provider.breaker.reset();
        books.provider.meanwhile = () -> {};
        for (String collection : List.of("reconciliations", "discrepancies")) {
            database.getCollection(collection).deleteMany(new Document());
        }
    }

    @Test
    void beginsARunAndTellsOfItsProgress() {
        MvcTestResult begun = post(RUNS, "{\"since\": \"2026-11-01T12:00:00Z\"}");
        assertThat(begun).hasStatus(202).bodyJson().hasPath("$.reconciliationId");
        String location = Objects.requireNonNull(begun.getResponse().getHeader("Location"));
        verify(events)
                .publish(new ReconciliationRequested(
                        location.substring(location.lastIndexOf('/') + 1), Instant.parse("2026-11-01T12:00:00Z")));

        await().until(() -> books.runs.latest().orElseThrow().state() == State.COMPLETED);

        assertThat(http.get().uri(location)).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"state": "COMPLETED", "since": "2026-11-01T12:00:00Z", "entries": 0, "checked": 0, "of": 0, "found": 0,
                 "error": null, "startedAt": "2026-11-20T12:00:00Z", "endedAt": "2026-11-20T12:00:00Z"}""");
        assertThat(http.get().uri(RUNS)).hasStatusOk().bodyJson().hasPath("$.reconciliationId");
    }

    @Test
    void beginsNoSecondRunWhileOneGoesOn() {
        books.runs.begin("0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10", Instant.EPOCH);

        isRefused(post(RUNS, NOTHING), 409, "RECONCILIATION_RUNNING");
    }

    @Test
    void beginsNoneThatCannotBeTold() {
        when(events.publish(any())).thenThrow(new IllegalStateException("the event store is away"));

        assertThat(post(RUNS, NOTHING)).hasStatus5xxServerError();
        assertThat(books.runs.latest()).isEmpty();
    }

    @Test
    void refusesATimeThatIsNone() {
        isRefused(post(RUNS, "{\"since\": \"yesterday\"}"), 400, "INVALID_REQUEST");
    }

    @Test
    void saysWhatThereIsNot() {
        isRefused(get(RUNS), 404, "RECONCILIATION_NOT_FOUND");
        isRefused(get(RUNS + "/none"), 404, "RECONCILIATION_NOT_FOUND");
        isRefused(get(QUEUE + "/none"), 404, "DISCREPANCY_NOT_FOUND");
        isRefused(post(QUEUE + "/none/repair", NOTHING), 404, "DISCREPANCY_NOT_FOUND");
        isRefused(get(QUEUE + "?state=LOST"), 400, "INVALID_REQUEST");
        isRefused(get(QUEUE + "?limit=0"), 400, "INVALID_REQUEST");
    }

    @Test
    void repairsOnceAndShowsWhatWasDone() {
        String stray = found();

        assertThat(post(QUEUE + "/" + stray + "/repair", NOTHING))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("""
                {"state": "REPAIRED", "outcome": "VOIDED_AT_PROVIDER"}""");
        assertThat(get(QUEUE + "/" + stray)).hasStatusOk().bodyJson().isLenientlyEqualTo("""
                {"kind": "ORPHAN_AUTHORIZATION", "state": "REPAIRED", "decidedBy": "ada", "found": {"minor": 1}}""");
        isRefused(post(QUEUE + "/" + stray + "/repair", NOTHING), 409, "DISCREPANCY_NOT_OPEN");
    }

    @Test
    void aRepairThatIsNotPossibleNowSaysWhy() {
        String stray = found();
        books.provider.meanwhile = () -> books.happenedUnprojected(
                TestBooks.JUST_NOW,
                new AuthorizationRequested("payment-9", "order-9", "another", new Money(1, "EUR"), "tok_ok"));

        isRefused(post(QUEUE + "/" + stray + "/repair", NOTHING), 409, "PAYMENT_IN_MOTION");
    }

    @Test
    void aRepairThatTheProviderDoesNotAnswerMayBeAskedForAgain() {
        String stray = found();
        books.provider.unreachable = true;

        isToBeRepeated(post(QUEUE + "/" + stray + "/repair", NOTHING));

        books.provider.unreachable = false;
        assertThat(post(QUEUE + "/" + stray + "/repair", NOTHING)).hasStatusOk();
    }

    @Test
    void aProviderThatIsAwayIsNotAskedByARepairEither() {
        String stray = found();
        books.provider.breaker.transitionToOpenState();
        books.provider.askedAbout.clear();

        isToBeRepeated(post(QUEUE + "/" + stray + "/repair", NOTHING));

        assertThat(books.provider.askedAbout).isEmpty();
    }

    @Test
    void dismissesForAReason() {
        String stray = found();

        isRefused(post(QUEUE + "/" + stray + "/dismiss", NOTHING), 400, "INVALID_REQUEST");
        assertThat(post(QUEUE + "/" + stray + "/dismiss", "{\"reason\": \"a test of the provider's\"}"))
                .hasStatus(202);
        assertThat(get(QUEUE + "?state=OPEN")).bodyJson().isLenientlyEqualTo("{\"items\": []}");
        assertThat(get(QUEUE + "?state=DISMISSED")).bodyJson().isLenientlyEqualTo("""
                {"items": [{"outcome": "a test of the provider's"}]}""");
    }

    /** An authorization that nobody knows, each time another. */
    private String found() {
        String id = "stray-" + strays++;
        books.provider.holds(id, "payment-9", "order-9", new Money(1, "EUR"));
        books.run();
        return books.queue.oldest(DiscrepancyState.OPEN, 1).getFirst().discrepancyId();
    }

    private MvcTestResult get(String uri) {
        return http.get().uri(uri).exchange();
    }

    private MvcTestResult post(String uri, String body) {
        return http.post()
                .uri(uri)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private static void isToBeRepeated(MvcTestResult answer) {
        isRefused(answer, 503, "PROVIDER_UNREACHABLE");
        assertThat(Integer.parseInt(String.valueOf(answer.getResponse().getHeader("Retry-After"))))
                .isBetween(2, 6);
    }

    private static void isRefused(MvcTestResult answer, int status, String code) {
        assertThat(answer)
                .hasStatus(status)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyJson()
                .extractingPath("$.code")
                .isEqualTo(code);
    }
}
