package io.waybill.orderview.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.reset;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.RequestEvents;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.web.ControllerBeans;
import io.waybill.chassis.web.WebAutoConfiguration;
import io.waybill.messages.operations.AuditEvent.AuditDataRead;
import io.waybill.messages.operations.AuditEvent.VerificationRequested;
import io.waybill.messages.operations.AuditQuery.AuditPage;
import io.waybill.messages.operations.AuditedEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.WebMvcTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whoever looks is recorded before he sees anything; who cannot be recorded sees nothing. */
@NullUnmarked // a null is a failure here
@WebMvcTest
@ImportAutoConfiguration(WebAutoConfiguration.class)
class AuditReadsTest {

    private static final int EVENTS = 20;
    /** In each of the events, however it is shown. */
    private static final String DATA = "order-3";

    @SpringBootConfiguration
    @Import({ControllerBeans.class, EventsController.class, ExportController.class, ChainController.class})
    static class Context {

        @Bean
        RequestEvents requestEvents() {
            return mock();
        }

        @Bean
        RequestQueries requestQueries() {
            RequestQueries queries = mock();
            when(queries.ask(any(), any())).thenReturn(new AuditPage(List.of(indexed()), false));
            return queries;
        }

        @Bean
        EventSource stored() {
            return FakeEvents.of(EVENTS);
        }

        @Bean
        ChainStore chainStore(MongoDatabase database) {
            return new ChainStore(database);
        }

        @Bean
        AuditKey auditKey() throws IOException {
            return AuditKey.in(Files.createTempDirectory("audit").resolve("audit.key"));
        }

        @Bean
        PublicAuditKey publicAuditKey(AuditKey key) {
            return key.open();
        }

        @Bean
        ChainKeeper chainKeeper(EventSource stored, ChainStore store, AuditKey key) {
            return new ChainKeeper(stored, store, key, Duration.ofMillis(1), Clock.systemUTC());
        }

        @Bean
        Verifier verifier(EventSource stored, ChainStore store, PublicAuditKey key, MongoDatabase database) {
            return new Verifier(new Verification(stored, store, key), database, Clock.systemUTC());
        }

        @Bean
        Export export(EventSource stored, ChainStore store, PublicAuditKey key, JsonMapper json) {
            return new Export(stored, store, key, json);
        }
    }

    private static AuditedEvent indexed() {
        return new AuditedEvent(
                3, "message-3", Instant.EPOCH, "OrderConfirmed", "Order", DATA, 0L, "ada", "s", "request-0", "c", null);
    }

    @Autowired
    private MockMvcTester http;

    @Autowired
    private RequestEvents events;

    @Autowired
    private ChainKeeper keeper;

    @Autowired
    private Verifier verifier;

    @Autowired
    private JsonMapper json;

    @BeforeEach
    void everythingIsInTheChainAndNothingGoesOn() {
        await().untilAsserted(() -> assertThat(keeper.state().head())
                .extracting(ChainHead::position)
                .isEqualTo(EVENTS - 1L));
        reset(events);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/audit/events,                  actor=ada&limit=5",
        "/api/audit/events/3,",
        "/api/audit/correlations/request-0,",
        "/api/audit/export,                  after=-1"
    })
    void whoReadsIsRecordedOrSeesNothing(String path, String query) {
        String uri = query == null ? path : path + "?" + query;

        assertThat(http.get().uri(uri)).hasStatusOk().bodyText().contains(DATA);
        verify(events).publish(new AuditDataRead(path, query));
        verifyNoMoreInteractions(events);

        nothingCanBeRecorded();
        assertThat(http.get().uri(uri))
                .hasStatus(503)
                .hasContentType(MediaType.APPLICATION_PROBLEM_JSON)
                .bodyText()
                .doesNotContain(DATA);
    }

    @Test
    void whoHasTheEventsVerifiedIsRecordedOrIsToldNothing() {
        MvcTestResult started = verification();
        String id = body(started).path("verificationId").asString();

        assertThat(started).hasStatus(202);
        verify(events).publish(new VerificationRequested(id, 2, 7L));
        verifyNoMoreInteractions(events);
        await().untilAsserted(() -> assertThat(verifier.find(id))
                .get()
                .extracting(VerificationRun::state)
                .isEqualTo(VerificationRun.State.COMPLETED));

        nothingCanBeRecorded();
        // That it has ended is written a moment before another may begin.
        MvcTestResult refused =
                await().until(this::verification, answer -> answer.getResponse().getStatus() != 409);
        assertThat(refused).hasStatus(503).bodyText().doesNotContain("verificationId");
    }

    private void nothingCanBeRecorded() {
        when(events.publish(any())).thenThrow(new EventStoreException("The event store is not available"));
    }

    private MvcTestResult verification() {
        return http.post()
                .uri("/api/audit/verifications")
                .contentType(MediaType.APPLICATION_JSON)
                .content("{\"from\": 2, \"to\": 7}")
                .exchange();
    }

    private JsonNode body(MvcTestResult answer) {
        return json.readTree(answer.getResponse().getContentAsByteArray());
    }
}
