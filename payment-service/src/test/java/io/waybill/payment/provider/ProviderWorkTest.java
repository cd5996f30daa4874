package io.waybill.payment.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.payment.provider.ProviderWork.Item;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Claims of workers on one database; a claim lasts a minute. */
class ProviderWorkTest {

    private static final String PAYMENT = "payment-1";
    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final Duration CLAIM = Duration.ofMinutes(1);

    private final TestDatabase database = new TestDatabase();
    private final ProviderWork work = new ProviderWork(database.get());

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void whatIsClaimedIsNotClaimedAgainBeforeTheClaimRunsOut() {
        work.schedule(PAYMENT, 1, "AUTHORIZE", START);

        assertThat(work.claim(START, CLAIM)).isPresent();
        assertThat(work.claim(START.plus(CLAIM).minusMillis(1), CLAIM)).isEmpty();
        assertThat(work.claim(START.plus(CLAIM), CLAIM)).isPresent();
    }

    @Test
    void workerWhoseClaimRanOutDoesNotGiveAwayThatOfItsSuccessor() {
        work.schedule(PAYMENT, 1, "AUTHORIZE", START);
        Item late = work.claim(START, CLAIM).orElseThrow();
        Instant takenOver = START.plus(CLAIM);
        assertThat(work.claim(takenOver, CLAIM)).isPresent();

        work.failed(late, takenOver, "no answer", false);

        assertThat(work.claim(takenOver.plusSeconds(1), CLAIM)).isEmpty();
    }

    @Test
    void whoeverHasTheDatabaseAloneDoesNotWaitForTheClaimsOfTheDead() {
        work.schedule(PAYMENT, 1, "AUTHORIZE", START);
        assertThat(work.claim(START, CLAIM)).isPresent();

        work.freeAll();

        assertThat(work.claim(START.plusMillis(1), CLAIM)).isPresent();
    }

    @Test
    void whatFailedKeepsItsAttemptsUntilSomethingElseIsToBeDone() {
        work.schedule(PAYMENT, 1, "AUTHORIZE", START);
        work.failed(work.claim(START, CLAIM).orElseThrow(), START, "no answer", true);
        work.schedule(PAYMENT, 1, "AUTHORIZE", START);

        Item again = work.claim(START, CLAIM).orElseThrow();
        assertThat(again.attempts()).isEqualTo(1);
        assertThat(again.lost()).isEqualTo(1);
        assertThat(again.lastError()).isEqualTo("no answer");

        work.schedule(PAYMENT, 1, "VOID", START);
        assertThat(work.find(PAYMENT).orElseThrow().attempts()).isZero();
    }

    @Test
    void whoeverHasSeenFewerEventsNeitherReplacesNorRemovesWhatIsToBeDone() {
        work.schedule(PAYMENT, 0, "CAPTURE", START);
        work.schedule(PAYMENT, 2, "CAPTURE", START);

        work.schedule(PAYMENT, 1, "LOOK", START.plus(CLAIM));
        work.remove(PAYMENT, 1);

        assertThat(work.find(PAYMENT)).hasValueSatisfying(item -> {
            assertThat(item.task()).isEqualTo("CAPTURE");
            assertThat(item.dueAt()).isEqualTo(START);
        });
        work.remove(PAYMENT, 2);
        assertThat(work.find(PAYMENT)).isEmpty();
    }
}
