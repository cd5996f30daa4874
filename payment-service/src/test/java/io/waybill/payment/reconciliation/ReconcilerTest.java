package io.waybill.payment.reconciliation;

import static io.waybill.payment.reconciliation.TestBooks.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.payment.reconciliation.ReconciliationRuns.Progress;
import io.waybill.payment.reconciliation.ReconciliationRuns.Run;
import io.waybill.payment.reconciliation.ReconciliationRuns.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // a null is a failure here
class ReconcilerTest {

    private static final String ID = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    private static final String ANOTHER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a11";
    private static final Duration HOUR = Duration.ofHours(1);

    private static TestDatabase database;

    private TestBooks books;
    private final List<Reconciler> started = new ArrayList<>();

    @BeforeAll
    static void open() {
        database = new TestDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void begin() {
        books = new TestBooks(database.get());
    }

    @AfterEach
    void stop() {
        started.forEach(Reconciler::stop);
    }

    @Test
    void carriesOutWhatIsAskedForAndSaysWhatItSaw() {
        books.provider.holds("stray", "payment-9", "order-9", new Money(1, "EUR"));

        assertThat(instance(HOUR).begin(ID, null)).isTrue();

        Run run = ended(ID);
        assertThat(run.state()).isEqualTo(State.COMPLETED);
        assertThat(run.progress()).isEqualTo(new Progress(1, 0, 0, 1));
        assertThat(run.endedAt()).isEqualTo(NOW);
    }

    @Test
    void carriesOutOneAtATime() {
        assertCarriesOutOneAtATime();
    }

    @Test
    void carriesOutOneAtATimeThoughTheListOfThemWasDropped() {
        database.get().getCollection("reconciliations").drop();

        assertCarriesOutOneAtATime();
    }

    private void assertCarriesOutOneAtATime() {
        books.runs.begin(ID, Instant.EPOCH);

        assertThat(instance(HOUR).begin(ANOTHER, null)).isFalse();
        assertThat(books.runs.find(ANOTHER)).isEmpty();
    }

    @Test
    void failsWhereItCanBeSeenAndMakesRoomForTheNext() {
        books.provider.unreachable = true;
        Reconciler instance = instance(HOUR);
        instance.begin(ID, null);

        Run run = ended(ID);
        assertThat(run.state()).isEqualTo(State.FAILED);
        assertThat(run.error()).contains("The provider is away.");
        assertThat(instance.begin(ANOTHER, null)).isTrue();
    }

    @Test
    void failsAtOnceWhileTheProviderIsLeftAloneAndSaysSo() {
        books.provider.holds("stray", "payment-9", "order-9", new Money(1, "EUR"));
        books.provider.breaker.transitionToOpenState();

        instance(HOUR).begin(ID, null);

        Run run = ended(ID);
        assertThat(run.state()).isEqualTo(State.FAILED);
        assertThat(run.error()).startsWith("The provider did not answer lately");
        assertThat(books.provider.askedAbout).isEmpty();
    }

    @Test
    void runsOnceInAnIntervalHoweverManyInstancesThereAre() {
        Reconciler first = instance(HOUR);
        Reconciler second = instance(HOUR);
        first.tick();
        second.tick();
        first.tick();
        assertThat(count()).isEqualTo(1);

        books.clock.turn(HOUR);
        second.tick();
        first.tick();
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void runsOnlyWhenAskedWithoutAnInterval() {
        instance(Duration.ZERO).tick();

        assertThat(count()).isZero();
    }

    @Test
    void goesOnWithWhatACrashLeft() {
        books.runs.begin(ID, Instant.EPOCH);
        Reconciler instance = instance(Duration.ZERO);
        instance.tick();
        assertThat(books.runs.find(ID).orElseThrow().state()).isEqualTo(State.RUNNING);

        books.clock.turn(Duration.ofMinutes(3));
        instance.tick();

        assertThat(books.runs.find(ID).orElseThrow().state()).isEqualTo(State.COMPLETED);
    }

    @Test
    void isLeftToAnotherInstanceWhenItIsStopped() {
        Reconciler stopped = instance(HOUR);
        books.provider.holds("stray", "payment-9", "order-9", new Money(1, "EUR"));
        books.provider.meanwhile = () -> {
            new Thread(stopped::stop).start();
            await().until(() -> !stopped.isRunning());
        };
        stopped.begin(ID, null);
        await().until(() -> books.runs.find(ID).orElseThrow().leasedUntil().equals(Instant.EPOCH));

        books.provider.meanwhile = () -> {};
        instance(Duration.ZERO).tick();

        assertThat(books.runs.find(ID).orElseThrow().state()).isEqualTo(State.COMPLETED);
    }

    @Test
    void whoeverLostARunNoLongerWritesIt() {
        Run lost = books.runs.begin(ID, Instant.EPOCH).orElseThrow();
        books.clock.turn(Duration.ofMinutes(3));
        Run taken = books.runs.takeOver().orElseThrow();

        assertThat(books.runs.goOn(lost, new Progress(1, 1, 1, 1))).isFalse();
        books.runs.fail(lost, "late");
        assertThat(books.runs.goOn(taken, new Progress(2, 2, 2, 2))).isTrue();
        assertThat(books.runs.find(ID).orElseThrow().state()).isEqualTo(State.RUNNING);
    }

    private Reconciler instance(Duration interval) {
        var instance = new Reconciler(books.runs, books.reconciliation, interval, books.clock);
        instance.start();
        started.add(instance);
        return instance;
    }

    private Run ended(String id) {
        return await().until(() -> books.runs.find(id).orElseThrow(), run -> run.state() != State.RUNNING);
    }

    private static long count() {
        return database.get().getCollection("reconciliations").countDocuments();
    }
}
