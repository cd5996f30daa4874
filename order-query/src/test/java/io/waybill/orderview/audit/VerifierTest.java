package io.waybill.orderview.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoDatabase;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.waybill.chassis.mongo.Databases;
import io.waybill.orderview.audit.VerificationRun.State;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifierTest {

    private static final int EVENTS = 40;

    @SuppressWarnings("NullAway.Init")
    private Databases databases;

    @SuppressWarnings("NullAway.Init")
    private MongoDatabase database;

    @SuppressWarnings("NullAway.Init")
    private AuditKey key;

    private final FakeEvents events = FakeEvents.of(EVENTS);

    @BeforeEach
    void recordAll(@TempDir Path folder) {
        databases = new Databases("", folder);
        database = databases.open("order_query");
        key = AuditKey.in(folder.resolve("audit.key"));
        recordAll(new ChainStore(database));
    }

    private void recordAll(ChainStore store) {
        var keeper = new ChainKeeper(events, store, key, Duration.ofMillis(1), Clock.systemUTC());
        keeper.start();
        await().until(() -> Objects.nonNull(keeper.state().head()));
        keeper.stop();
    }

    @AfterEach
    void close() {
        databases.close();
    }

    private Verifier verifier(EventSource source) {
        var verifier = new Verifier(
                new Verification(source, new ChainStore(database), key.open()), database, Clock.systemUTC());
        verifier.start();
        return verifier;
    }

    private static Optional<String> begin(Verifier verifier) {
        return verifier.begin(0, null, id -> {});
    }

    private static VerificationRun awaitEnd(Verifier verifier, String id) {
        return await().until(() -> verifier.find(id).orElseThrow(), run -> run.state() != State.RUNNING);
    }

    @Test
    void tellsOfAVerificationFromItsBeginningToItsEnd() {
        Verifier verifier = verifier(events);

        VerificationRun run = awaitEnd(verifier, begin(verifier).orElseThrow());

        assertThat(run.state()).isEqualTo(State.COMPLETED);
        assertThat(run.verdict()).extracting(Verdict::finding).isEqualTo(Verdict.Finding.VALID);
        assertThat(run.position()).isEqualTo(EVENTS - 1);
        assertThat(verifier.find("another")).isEmpty();
    }

    @Test
    void oneAtATimeAndOneThatIsStoppedSaysSo() {
        var source = new StuckEvents();
        Verifier verifier = verifier(source);
        String id = begin(verifier).orElseThrow();

        assertThat(begin(verifier)).isEmpty();
        verifier.stop();

        VerificationRun run = awaitEnd(verifier(source), id);
        assertThat(run.state()).isEqualTo(State.INTERRUPTED);
        assertThat(run.verdict()).isNull();
    }

    @Test
    void whoSeesThatOneHasEndedMayBeginTheNext() {
        Verifier verifier = verifier(events);

        for (int i = 0; i < 100; i++) {
            Optional<String> id = begin(verifier);
            assertThat(id).isPresent();
            while (verifier.find(id.get()).orElseThrow().state() == State.RUNNING) {
                Thread.onSpinWait();
            }
        }
    }

    @Test
    void noneBeginsUntilItIsTold() {
        List<String> told = new ArrayList<>();
        Verifier verifier = verifier(events);

        assertThatIllegalStateException()
                .isThrownBy(() -> verifier.begin(0, null, id -> {
                    told.add(id);
                    throw new IllegalStateException("The event store does not answer");
                }));

        assertThat(told).hasSize(1);
        assertThat(verifier.find(told.getFirst())).isEmpty();
        // The place is free again.
        assertThat(awaitEnd(verifier, begin(verifier).orElseThrow()).state()).isEqualTo(State.COMPLETED);
    }

    @Test
    void takesAChainThatBeginsMeanwhileForWhatItIs() throws InterruptedException {
        var store = new ChainStore(databases.open("another"));
        var source = new EventSource() {
            @Override
            public long last() {
                return events.last();
            }

            @Override
            public Reading<EventWithToken> from(long position, int permits) {
                return events.from(position, permits);
            }

            @Override
            public Reading<Hashed> hashesFrom(long position, int permits) {
                recordAll(store);
                return events.hashesFrom(position, permits);
            }
        };

        Verdict verdict = new Verification(source, store, key.open()).run(0, Long.MAX_VALUE, position -> true);

        assertThat(verdict.finding()).isEqualTo(Verdict.Finding.VALID);
        assertThat(verdict.detail()).contains("from 0 to " + (EVENTS - 1));
    }

    @Test
    void oneThatEndedWithItsProcessSaysSo() {
        Verifier died = verifier(new StuckEvents());
        String id = begin(died).orElseThrow();
        var later = new Verifier(
                new Verification(events, new ChainStore(database), key.open()),
                database,
                Clock.offset(Clock.systemUTC(), Duration.ofMinutes(1)));

        assertThat(later.find(id).orElseThrow().state()).isEqualTo(State.INTERRUPTED);
        died.stop();
    }

    /** An event store that gives nothing. */
    private static final class StuckEvents implements EventSource {

        @Override
        public long last() {
            return EVENTS - 1;
        }

        @Override
        public Reading<EventWithToken> from(long position, int permits) {
            return new FakeEvents().from(0, permits);
        }

        @Override
        public Reading<Hashed> hashesFrom(long position, int permits) {
            return new FakeEvents().hashesFrom(0, permits);
        }
    }
}
