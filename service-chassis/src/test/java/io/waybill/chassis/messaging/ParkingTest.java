package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.waybill.chassis.sample.SampleApplication.Echo;
import io.waybill.chassis.sample.SampleApplication.Errand;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Begun;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Ended;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Noted;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Resolved;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Retried;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Stalled;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a process cannot handle waits, as does all that comes for it later, for as long as it takes. */
@NullUnmarked // a null is a failure here
class ParkingTest {

    private static final Begun BEGUN = new Begun("1");
    private static final Retried RETRIED = new Retried("1");
    private static final Resolved RESOLVED = new Resolved("1");

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final SagaHistory<Errand> history = new SagaHistory<>(Errand.class, eventStore, bus);
    private final List<String> echoed = new ArrayList<>();

    @BeforeEach
    void listen() {
        var unused = bus.subscribe(Echo.class.getName(), command -> {
            String tally = ((Echo) command.getPayload()).tally();
            if (tally.endsWith("unanswered")) {
                throw new IllegalStateException("nobody is there");
            }
            echoed.add(tally);
            return null;
        });
        Errand.CONFUSING.add("riddle");
    }

    @AfterEach
    void mend() {
        Errand.CONFUSING.clear();
    }

    @Test
    void parksWhatItsHandlerFailsOnAndAllBehindItAndLeavesTheProcessAsItWas() {
        Errand errand = live(BEGUN, note("tea"), note("riddle"), note("cup"), note("pot"));

        assertThat(errand.noted).containsExactly("begun", "tea");
        assertThat(errand.parked.position()).isEqualTo(2);
        assertThat(errand.parked.type()).isEqualTo(Noted.class.getName());
        assertThat(errand.parked.error()).isEqualTo("java.lang.IllegalStateException: riddle is confusing.");
        assertThat(errand.parked.waiting()).isEqualTo(2);
        assertThat(echoed).containsExactly("1 tea");
    }

    @Test
    void tellsOnceWhatItParked() {
        live(BEGUN, note("riddle"), note("riddle"), note("cup"));

        assertThat(told()).containsExactly(riddle());
    }

    @Test
    void parksTheVeryFirstEventOfAProcess() {
        Errand.CONFUSING.add("1");

        Errand errand = live(BEGUN, note("tea"));

        assertThat(errand.noted).isEmpty();
        assertThat(errand.parked.position()).isZero();
        assertThat(errand.parked.waiting()).isEqualTo(1);
    }

    @Test
    void whatIsStillNotHandledWhenItIsRetriedStaysWithAllBehindIt() {
        Errand errand = live(BEGUN, note("riddle"), note("cup"), RETRIED, note("pot"));

        assertThat(errand.noted).containsExactly("begun");
        assertThat(errand.parked.position()).isEqualTo(1);
        assertThat(errand.parked.waiting()).isEqualTo(2);
        assertThat(told()).containsExactly(riddle(), riddle());
    }

    @Test
    void aRetryGoesAsFarAsItCan() {
        Errand.CONFUSING.add("enigma");
        List<EventMessage<?>> events = stored(BEGUN, note("riddle"), note("cup"), note("enigma"), note("pot"), RETRIED);
        history.live(events.subList(0, 5));
        Errand.CONFUSING.remove("riddle");

        // By the time the event comes that has it retried, a new release runs.
        Errand errand = only(history.restored(events));

        assertThat(errand.noted).containsExactly("begun", "riddle", "cup");
        assertThat(errand.parked.position()).isEqualTo(3);
        assertThat(errand.parked.waiting()).isEqualTo(1);
    }

    @Test
    void whatIsGivenUpNoLongerHoldsUpTheOthers() {
        Errand errand = live(BEGUN, note("riddle"), note("cup"), RESOLVED, note("pot"));

        assertThat(errand.noted).containsExactly("begun", "cup", "pot");
        assertThat(errand.parked.isEmpty()).isTrue();
    }

    @Test
    void aProcessThatIsOverTakesWhatIsParkedWithIt() {
        assertThat(history.live(stored(BEGUN, note("riddle"), new Ended("1"), RETRIED)))
                .isEmpty();
    }

    @Test
    void aCommandThatIsNotAnsweredParksNothing() {
        List<EventMessage<?>> events = stored(BEGUN, note("unanswered"));

        assertThat(catchThrowable(() -> history.live(events)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not handled");
        assertThat(told()).isEmpty();
    }

    @Test
    void aCommandThatCannotBeSentParksNothing() {
        var unused = bus.registerDispatchInterceptor(messages -> {
            throw new IllegalStateException("The bus is being shut down");
        });
        List<EventMessage<?>> events = stored(BEGUN, note("tea"));

        assertThat(catchThrowable(() -> history.live(events)))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("not handled");
        assertThat(told()).isEmpty();
    }

    // After a loss.

    @Test
    void isRestoredAsItWasAfterEachOfItsEvents() {
        List<Object> all = List.of(
                BEGUN,
                note("tea"),
                note("riddle"),
                note("cup"),
                RETRIED,
                note("pot"),
                RESOLVED,
                note("riddle"),
                RETRIED);
        for (int count = 1; count <= all.size(); count++) {
            var own = new ParkingTest();
            own.listen();
            List<EventMessage<?>> events = own.stored(all.subList(0, count).toArray());
            List<String> live = own.history.live(events);
            long told = Positions.last(own.eventStore);
            own.echoed.clear();

            assertThat(own.history.restored(events)).as("after %s", count).isEqualTo(live);
            assertThat(own.echoed).isEmpty();
            assertThat(Positions.last(own.eventStore)).isEqualTo(told);
        }
    }

    @Test
    void isRestoredAsItWasByAReleaseThatCouldHandleWhatIsParked() {
        List<EventMessage<?>> events = stored(BEGUN, note("riddle"), note("cup"));
        List<String> live = history.live(events);
        Errand.CONFUSING.clear();

        assertThat(history.restored(events)).isEqualTo(live);
    }

    @Test
    void hasHandledAllInItsOrderAfterARetryByAReleaseThatCan() {
        List<EventMessage<?>> events = stored(BEGUN, note("riddle"), note("cup"), RETRIED, note("pot"));
        history.live(events.subList(0, 3));
        Errand.CONFUSING.clear();

        assertThat(only(history.restored(events)).noted).containsExactly("begun", "riddle", "cup", "pot");
        assertThat(only(history.live(events)).noted).containsExactly("begun", "riddle", "cup", "pot");
    }

    @Test
    void isParkedWhenItIsRestoredIfOnlyThenItsHandlerFails() {
        Errand.CONFUSING.clear();
        List<EventMessage<?>> events = stored(BEGUN, note("riddle"), note("cup"));
        history.live(events);
        Errand.CONFUSING.add("riddle");

        Errand errand = only(history.restored(events));

        assertThat(errand.noted).containsExactly("begun");
        assertThat(errand.parked.waiting()).isEqualTo(1);
        assertThat(told()).isEmpty();
    }

    private static Noted note(String what) {
        return new Noted("1", what);
    }

    private static Stalled riddle() {
        return new Stalled("1", "Noted", "java.lang.IllegalStateException: riddle is confusing.");
    }

    private Errand live(Object... events) {
        return only(history.live(stored(events)));
    }

    private Errand only(List<String> sagas) {
        assertThat(sagas).hasSize(1);
        return history.read(sagas.getFirst());
    }

    /** At positions from 0 on. */
    private List<EventMessage<?>> stored(Object... events) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (Object event : events) {
            messages.add(new GenericEventMessage<>(event, Map.of()));
        }
        eventStore.publish(messages);
        return messages;
    }

    private List<Object> told() {
        List<Object> told = new ArrayList<>();
        try (var events = eventStore.openStream(null)) {
            while (events.hasNextAvailable()) {
                if (events.nextAvailable().getPayload() instanceof Stalled stalled) {
                    told.add(stalled);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return told;
    }
}
