package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.waybill.axonserver.AxonServerNode;
import io.waybill.axonserver.AxonServerOptions;
import io.waybill.chassis.mongo.LiveSagas;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.Counted;
import io.waybill.chassis.sample.SampleApplication.Echo;
import io.waybill.chassis.sample.SampleApplication.Echoed;
import io.waybill.chassis.sample.SampleApplication.Errand;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Begun;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Noted;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Retried;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Stalled;
import io.waybill.chassis.sample.SampleApplication.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.Document;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** A service one of whose processes meets an event that it cannot handle, from then until it can. */
@NullUnmarked // a null is a failure here
class PoisonTest {

    /** So many that some are in the segment of the one that is poisoned. */
    private static final int OTHERS = 12;

    private static final String POISONED = "poisoned ";
    private static final Duration SECONDS = Duration.ofSeconds(20);
    /** A loss is seen a second later at the latest; then all events are read again. */
    private static final Duration HEALED = Duration.ofSeconds(40);

    @TempDir
    private Path folder;

    private AxonServerNode node;
    private ConfigurableApplicationContext service;
    /** What the poisoned errand asked to have echoed, in that order. */
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() throws IOException {
        node = AxonServerNode.start(AxonServerOptions.embedded());
        service = startService();
    }

    private ConfigurableApplicationContext startService() {
        ConfigurableApplicationContext started = new SpringApplicationBuilder(SampleApplication.class)
                .run(
                        "--server.port=0",
                        "--axon.axonserver.servers=" + node.address(),
                        "--waybill.mongodb.uri=",
                        "--waybill.mongodb.data-folder=" + folder,
                        "--waybill.look-interval=PT1S",
                        "--waybill.checkpoint-interval=PT0.5S");
        started.getBean(CommandBus.class).registerDispatchInterceptor(messages -> (index, message) -> {
            if (message.getPayload() instanceof Echo echo && echo.tally().startsWith(POISONED)) {
                asked.add(echo.tally().substring(POISONED.length()));
            }
            return message;
        });
        return started;
    }

    @AfterEach
    void stop() throws IOException {
        Errand.CONFUSING.clear();
        service.close();
        node.close();
    }

    @Test
    void holdsUpItsOwnProcessOnlyAndLosesNothingByARestartNorByTheLossOfAllSagas() {
        Errand.CONFUSING.add("riddle");
        happened(new Begun("poisoned"), new Noted("poisoned", "tea"), new Noted("poisoned", "riddle"));
        othersNote("tea");
        othersHaveNoted("tea");
        happened(new Noted("poisoned", "cup"));
        isParked(1);

        service.close();
        service = startService();
        happened(new Noted("poisoned", "pot"));
        othersNote("cup");
        othersHaveNoted("tea", "cup");
        isParked(2);
        assertThat(echoed()).containsExactly("tea");
        assertThat(told()).isEqualTo(1);

        loseAllSagasAfterACheckpoint();
        isParked(2);
        assertThat(told()).isEqualTo(1);

        Errand.CONFUSING.clear();
        happened(new Retried("poisoned"));
        hasNotedAll();
        assertThat(echoed()).containsExactlyInAnyOrder("tea", "riddle", "cup", "pot");
        assertThat(asked.stream().distinct()).containsExactly("tea", "riddle", "cup", "pot");

        loseAllSagasAfterACheckpoint();
        hasNotedAll();
        othersHaveNoted("tea", "cup");
        assertThat(echoed()).containsExactlyInAnyOrder("tea", "riddle", "cup", "pot");
        assertThat(asked.stream().distinct()).containsExactly("tea", "riddle", "cup", "pot");
        assertThat(told()).isEqualTo(1);
    }

    @Test
    void isParkedByAProjectionThoughItCannotBeReadAndHoldsUpNoOtherNorTheirRetry() {
        store("unreadable", 0, "{\"tally\": \"unreadable\", \"by\": \"several\"}");
        store("unreadable", 1, "{\"tally\": \"unreadable\", \"by\": 2}");
        tallies().spoilt.add("spoilt");
        commands().send(new Count("spoilt", 4));
        commands().send(new Count("healthy", 7));

        await().atMost(SECONDS)
                .untilAsserted(() -> assertThat(letters("unreadable")).isEqualTo(2));
        await().atMost(SECONDS)
                .untilAsserted(() -> assertThat(letters("spoilt")).isEqualTo(1));
        await().atMost(SECONDS)
                .untilAsserted(() -> assertThat(tallies().all()).containsExactly(new Tally("healthy", 7)));

        tallies().spoilt.clear();
        assertThat(retry("unreadable")).isFalse();
        assertThat(retry("spoilt")).isTrue();

        assertThat(letters("unreadable")).isEqualTo(2);
        assertThat(tallies().all()).contains(new Tally("spoilt", 4));
    }

    private void store(String tally, long sequenceNumber, String counted) {
        new StoredEvent("TallyAggregate", tally, sequenceNumber, Counted.class.getName(), "", counted)
                .appendTo(service.getBean(AxonServerConnectionManager.class).getConnection());
    }

    private SampleApplication.Tallies tallies() {
        return service.getBean(SampleApplication.Tallies.class);
    }

    private RequestCommands commands() {
        return service.getBean(RequestCommands.class);
    }

    private long letters(String tally) {
        return processing().deadLetterQueue("tallies").orElseThrow().sequenceSize(tally);
    }

    private boolean retry(String tally) {
        return processing()
                .sequencedDeadLetterProcessor("tallies")
                .orElseThrow()
                .process(letter -> letter.message() instanceof DomainEventMessage<?> event
                        && event.getAggregateIdentifier().equals(tally));
    }

    private EventProcessingConfiguration processing() {
        return service.getBean(EventProcessingConfiguration.class);
    }

    private void isParked(int waiting) {
        await().atMost(HEALED).untilAsserted(() -> {
            Errand errand = errand("poisoned");
            assertThat(errand.noted).containsExactly("begun", "tea");
            assertThat(errand.parked.isEmpty()).isFalse();
            assertThat(errand.parked.error()).contains("riddle is confusing.");
            assertThat(errand.parked.waiting()).isEqualTo(waiting);
        });
    }

    private void hasNotedAll() {
        await().atMost(HEALED).untilAsserted(() -> {
            Errand errand = errand("poisoned");
            assertThat(errand.noted).containsExactly("begun", "tea", "riddle", "cup", "pot");
            assertThat(errand.parked.isEmpty()).isTrue();
        });
    }

    private void othersNote(String what) {
        for (int other = 0; other < OTHERS; other++) {
            happened(new Begun("other " + other), new Noted("other " + other, what));
        }
    }

    private void othersHaveNoted(String... what) {
        for (int other = 0; other < OTHERS; other++) {
            String errand = "other " + other;
            await().atMost(SECONDS)
                    .untilAsserted(() -> assertThat(errand(errand).noted)
                            .filteredOn(noted -> !noted.equals("begun"))
                            .containsExactly(what));
        }
    }

    private void loseAllSagasAfterACheckpoint() {
        long last = Positions.last(service.getBean(EventStore.class));
        // It records one only when it has handled something.
        happened(new Begun("later"));
        await().atMost(SECONDS).until(() -> service.getBean(Checkpoints.class).of("errands") >= last);
        service.getBean(MongoDatabase.class).getCollection("sagas").deleteMany(new Document());
        await().atMost(HEALED).until(() -> find("later").isPresent());
    }

    private Errand errand(String errand) {
        Optional<Errand> found = find(errand);
        assertThat(found).isPresent();
        return found.get();
    }

    private Optional<Errand> find(String errand) {
        return service.getBean(LiveSagas.class).find(Errand.class, Errand.KEY, errand);
    }

    private void happened(Object... events) {
        for (Object event : events) {
            service.getBean(RequestEvents.class).publish(event);
        }
    }

    /** What it has had echoed. What it asks for at once is done at once, in any order. */
    private List<String> echoed() {
        return published().stream()
                .filter(Echoed.class::isInstance)
                .map(event -> ((Echoed) event).tally())
                .filter(tally -> tally.startsWith(POISONED))
                .map(tally -> tally.substring(POISONED.length()))
                .toList();
    }

    private long told() {
        return published().stream().filter(Stalled.class::isInstance).count();
    }

    private List<Object> published() {
        var eventStore = service.getBean(EventStore.class);
        List<Object> published = new ArrayList<>();
        long last = Positions.last(eventStore);
        try (var events = eventStore.openStream(null)) {
            for (long position = 0; position <= last; position++) {
                published.add(events.nextAvailable().getPayload());
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return published;
    }
}
