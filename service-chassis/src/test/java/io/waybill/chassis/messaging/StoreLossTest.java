package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.sample.SampleApplication;
import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.Echo;
import io.waybill.chassis.sample.SampleApplication.Echoed;
import io.waybill.chassis.sample.SampleApplication.FindTally;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.common.Registration;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.Document;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** A service whose store is lost while it runs goes on by itself, and repeats nothing that was done for good. */
@SampleTest
@NullUnmarked // a null is a failure here
class StoreLossTest {

    /** A loss is seen at one look, cleared away at the next, and all is claimed at the one after that. */
    private static final Duration HEALED = Duration.ofSeconds(30);

    @Autowired
    private RequestCommands commands;

    @Autowired
    private RequestQueries queries;

    @Autowired
    private EventStore eventStore;

    @Autowired
    private CommandBus bus;

    @Autowired
    private MongoDatabase database;

    @Autowired
    private CheckpointKeeper keeper;

    @Autowired
    private Checkpoints checkpoints;

    @Autowired
    private ReadProgress progress;

    @Autowired
    private Rebuilds rebuilds;

    private final Queue<String> echoesAskedFor = new ConcurrentLinkedQueue<>();
    private Registration listening;

    private final String young = UUID.randomUUID().toString();

    /** The same for all tests, because it takes seconds until what was handled counts as handled for good. */
    private static String old;

    @BeforeEach
    void countWhatIsHandledForGood() {
        if (old == null) {
            old = UUID.randomUUID().toString();
            long before = Positions.last(eventStore);
            count(old);
            await().atMost(HEALED).until(() -> {
                keeper.record();
                return checkpoints.of("echo") > before;
            });
        }
        listening = bus.registerDispatchInterceptor(messages -> {
            messages.stream()
                    .map(message -> message.getPayload())
                    .filter(Echo.class::isInstance)
                    .forEach(echo -> echoesAskedFor.add(((Echo) echo).tally()));
            return (index, message) -> message;
        });
    }

    @AfterEach
    void stopListening() {
        listening.cancel();
    }

    @Test
    void readsOnWhenItsTokensAreDropped() {
        database.getCollection("tokens").drop();

        goesOnAndRepeatsNothing();
    }

    @Test
    void showsWhatItShowedWhenAReadModelIsDropped() {
        count(young);

        database.getCollection("tallies").drop();
        // Before anybody notices: what is made of nothing now must not stand in the way of what is made again.
        commands.send(new Count(young, 1));

        await().atMost(HEALED).untilAsserted(() -> {
            assertThat(shown(young)).isEqualTo(new Tally(young, 2));
            // It is in another segment, which comes to its end by itself.
            assertThat(shown(old)).isEqualTo(new Tally(old, 1));
        });
        assertThat(echoesAskedFor).doesNotContain(old);
        assertThat(SampleApplication.Tallies.areIndexed(database, Slot.FIRST)).isTrue();
    }

    @Test
    void readsOnWhenItsSagasAreDropped() {
        database.getCollection("sagas").drop();

        await().atMost(HEALED).until(() -> database.getCollection("sagas").countDocuments() == 1);
        goesOnAndRepeatsNothing();
    }

    @Test
    void readsOnWhenItsWholeDatabaseIsDropped() {
        database.drop();

        await().atMost(HEALED)
                .until(() -> database.getCollection("tokens").countDocuments(new Document("processorName", "echo"))
                        == MessagingAutoConfiguration.SEGMENTS);
        goesOnAndRepeatsNothing();
    }

    @Test
    void recordsNoCheckpointForReadingCheckpoints() {
        // Another test may have had it read everything again.
        await().atMost(HEALED)
                .until(() -> progress.segments("echo").values().stream()
                        .allMatch(position -> position >= Positions.last(eventStore)));
        // What others still have under way is recorded too, and rightly. If each look led to the next, it would never
        // end.
        await().atMost(HEALED).untilAsserted(() -> {
            keeper.record();
            keeper.record();
            long settled = checkpoints.of("echo");

            for (int look = 0; look < 5; look++) {
                keeper.record();
            }

            assertThat(checkpoints.of("echo")).isEqualTo(settled);
        });
    }

    @Test
    void saysThatAReadModelIsRebuiltUntilItHasCaughtUp() {
        await().atMost(HEALED).until(() -> !rebuilds.isUnderWay("tallies"));

        database.getCollection("tokens").deleteMany(new Document());

        await().atMost(HEALED).until(() -> rebuilds.isUnderWay("tallies"));
        await().atMost(HEALED).until(() -> !rebuilds.isUnderWay("tallies"));
        assertThat(shown(old)).isEqualTo(new Tally(old, 1));
    }

    private void goesOnAndRepeatsNothing() {
        count(young);
        await().atMost(HEALED).untilAsserted(() -> assertThat(shown(old)).isEqualTo(new Tally(old, 1)));
        assertThat(echoesAskedFor).contains(young).doesNotContain(old);
        assertThat(echoes(old)).hasSize(1);
    }

    private void count(String tally) {
        commands.send(new Count(tally, 1));
        await().atMost(HEALED).untilAsserted(() -> {
            assertThat(echoes(tally)).hasSize(1);
            assertThat(shown(tally)).isEqualTo(new Tally(tally, 1));
        });
    }

    private Tally shown(String tally) {
        return queries.ask(new FindTally(tally), Tally.class);
    }

    private List<Object> echoes(String tally) {
        return eventStore
                .readEvents(tally)
                .asStream()
                .<Object>map(event -> event.getPayload())
                .filter(Echoed.class::isInstance)
                .toList();
    }
}
