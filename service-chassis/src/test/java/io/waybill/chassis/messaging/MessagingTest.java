package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.Counted;
import io.waybill.chassis.sample.SampleApplication.Echoed;
import io.waybill.chassis.sample.SampleApplication.FindTally;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

@SampleTest
@NullUnmarked // a null is a failure here
class MessagingTest {

    @Autowired
    private RequestCommands commands;

    @Autowired
    private RequestEvents events;

    @Autowired
    private RequestQueries queries;

    @Autowired
    private EventStore eventStore;

    @Autowired
    private EventScheduler scheduler;

    @Autowired
    private EventProcessingConfiguration processing;

    @Autowired
    private SampleApplication.Tallies tallies;

    @AfterEach
    void leaveRequest() {
        RequestContext.leave();
    }

    @Test
    void answersWithAPositionAtOrBehindTheLastEventOfTheCommand() {
        long position = commands.send(new Count("positioned", 1)).position();

        assertThat(commands.send(new Count("positioned", 1)).position()).isGreaterThan(position);
    }

    @Test
    void showsWhatWasCounted() {
        commands.send(new Count("shown", 2));
        commands.send(new Count("shown", 3));

        await().untilAsserted(() -> assertThat(
                        queries.ask(new FindTally("shown"), Tally.class).sum())
                .isEqualTo(5));
    }

    @Test
    void schedulesWhatIsToBePublishedLater() {
        var token = scheduler.schedule(Duration.ofDays(1), "Tomorrow");

        assertThatCode(() -> scheduler.cancelSchedule(token)).doesNotThrowAnyException();
    }

    @Test
    void answersNullForWhatThereIsNot() {
        assertThat(queries.ask(new FindTally("nowhere"), Tally.class)).isNull();
    }

    @Test
    void carriesTheFaultOfAMisuseAcross() {
        assertThatThrownBy(() -> commands.send(new Count("refused", 13)))
                .satisfies(thrown -> assertThat(Misuse.faultOf(thrown))
                        .contains(new Fault(Fault.Kind.CONFLICT, "UNLUCKY", "Count by another number.")));
    }

    @Test
    void followsOneRequestThroughAllThatItLeadsTo() {
        new RequestContext("request-1", "somebody", "00-11111111111111111111111111111111-2222222222222222-01").enter();

        commands.send(new Count("followed", 1));

        await().untilAsserted(() -> assertThat(events("followed")).hasSize(2));
        List<? extends DomainEventMessage<?>> events = events("followed");
        assertThat(events)
                .extracting(event -> event.getPayloadType().getSimpleName())
                .containsExactly(Counted.class.getSimpleName(), Echoed.class.getSimpleName());
        assertThat(events)
                .allSatisfy(event -> assertThat(event.getMetaData())
                        .containsAllEntriesOf(Map.of(
                                Correlation.CORRELATION_ID, "request-1",
                                Correlation.ACTOR, "somebody",
                                Correlation.SERVICE, "sample",
                                Correlation.TRACEPARENT, "00-11111111111111111111111111111111-2222222222222222-01"))
                        .containsKey(Correlation.CAUSATION_ID));
        MetaData first = events.getFirst().getMetaData();
        MetaData second = events.getLast().getMetaData();
        assertThat(first.get(Correlation.CAUSATION_ID)).isNotEqualTo(second.get(Correlation.CAUSATION_ID));
    }

    @Test
    void recordsWhoDecidedWhatNoAggregateHasASayIn() throws InterruptedException {
        new RequestContext("request-2", "operator", "00-11111111111111111111111111111111-2222222222222222-01").enter();

        long position = events.publish(new Counted("by hand", 3));

        EventMessage<?> event = eventStore
                .openStream(new GlobalSequenceTrackingToken(position - 1))
                .nextAvailable();
        assertThat(event.getPayload()).isEqualTo(new Counted("by hand", 3));
        assertThat(event.getMetaData())
                .containsAllEntriesOf(Map.of(
                        Correlation.CORRELATION_ID, "request-2",
                        Correlation.ACTOR, "operator",
                        Correlation.SERVICE, "sample"));
    }

    @Test
    void parksAPoisonousEventAndAllLaterOnesOfItsSequenceWhileOthersGoOn() {
        commands.send(new Count(SampleApplication.POISON, 1));
        commands.send(new Count(SampleApplication.POISON, 2));
        commands.send(new Count("healthy", 7));

        await().untilAsserted(() ->
                assertThat(queries.ask(new FindTally("healthy"), Tally.class)).isEqualTo(new Tally("healthy", 7)));
        var deadLetters = processing.deadLetterQueue("tallies").orElseThrow();
        await().untilAsserted(() -> assertThat(deadLetters.size()).isEqualTo(2));
        assertThat(deadLetters.amountOfSequences()).isEqualTo(1);
        assertThat(tallies.poisonTasted).hasValue(1);
    }

    @Test
    void handlesABatchThatFailedAgainWithinSecondsHoweverOftenItFailed() {
        commands.send(new Count(SampleApplication.STUMBLE, 1));

        await().atMost(Duration.ofSeconds(12))
                .untilAsserted(
                        () -> assertThat(events(SampleApplication.STUMBLE)).hasSize(2));
    }

    @Test
    void onlyProjectionsPark() {
        assertThat(processing.deadLetterQueue("tallies")).isPresent();
        assertThat(processing.deadLetterQueue("echo")).isEmpty();
    }

    @Test
    void readsItsTokensBackAfterAStop() {
        commands.send(new Count("resumed", 1));
        await().untilAsserted(() ->
                assertThat(queries.ask(new FindTally("resumed"), Tally.class)).isNotNull());
        StreamingEventProcessor processor = processing
                .eventProcessor("tallies", StreamingEventProcessor.class)
                .orElseThrow();

        processor.shutDown();
        commands.send(new Count("resumed", 1));
        processor.start();

        await().untilAsserted(() ->
                assertThat(queries.ask(new FindTally("resumed"), Tally.class)).isEqualTo(new Tally("resumed", 2)));
        assertThat(processor.isError()).isFalse();
    }

    @Test
    void handlesWhatHappenedBeforeTheFirstStart() {
        await().untilAsserted(() ->
                assertThat(queries.ask(new FindTally("early"), Tally.class)).isEqualTo(new Tally("early", 4)));
        await().untilAsserted(() -> assertThat(events("early"))
                .extracting(event -> event.getPayloadType().getSimpleName())
                .containsExactly("Counted", "Echoed"));
    }

    private List<? extends DomainEventMessage<?>> events(String tally) {
        return eventStore.readEvents(tally).asStream().toList();
    }
}
