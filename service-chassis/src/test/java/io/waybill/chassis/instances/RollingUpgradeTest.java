package io.waybill.chassis.instances;

import static io.waybill.chassis.instances.TwoInstances.SAGA;
import static io.waybill.chassis.instances.TwoInstances.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.instances.TwoInstances.Instance;
import io.waybill.chassis.instances.TwoInstances.Journey;
import io.waybill.chassis.instances.TwoInstances.Sent;
import io.waybill.chassis.instances.TwoInstances.Travelled;
import io.waybill.chassis.messaging.ReadPositions.Delay;
import io.waybill.chassis.messaging.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.axonframework.common.AxonException;
import org.axonframework.serialization.RevisionResolver;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** An instance of this release beside one of the next, which writes an event, and a saga, in another form. */
class RollingUpgradeTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String NEXT_REVISION = "1";
    private static final int PARCELS = 16;
    private static final int LEGS = 6;

    @AutoClose
    private static final TwoInstances instances = new TwoInstances(NextRelease.class);

    private static final Instance old = instances.one();
    private static final Instance next = instances.other();

    private final String parcel = UUID.randomUUID().toString();

    @TestConfiguration(proxyBeanMethods = false)
    static class NextRelease {

        @Bean
        RevisionResolver revisions() {
            return type -> type == Sent.class || type == Journey.class ? NEXT_REVISION : null;
        }
    }

    @Test
    void whatTheNextReleaseWroteWaitsForItAndIsNeitherGuessedAtNorParked() throws Exception {
        next.stop();
        try {
            sent(1, NEXT_REVISION).appendTo(old.connection());

            List.of(VIEW, SAGA).forEach(RollingUpgradeTest::awaitFailureOfTheOldOne);
            assertThatExceptionOfType(AxonException.class)
                    .isThrownBy(() -> old.send(parcel, 2))
                    .withStackTraceContaining("was written with revision 1 by a later release");
            assertThat(old.travelled(parcel)).isNull();
            assertThat(old.journey(parcel)).isEmpty();
            assertThat(old.status()).contains("by a later release");
        } finally {
            next.start();
        }

        awaitLegs(parcel, 1);
        assertThat(old.positions().isParked(VIEW, parcel)).isFalse();
        assertThat(next.stamps(parcel)).containsExactly(1);
    }

    @Test
    void aSagaThatTheNextReleaseStoredWaitsForIt() {
        old.stop();
        sent(1, "").appendTo(next.connection());
        awaitLegs(parcel, 1);
        next.stop();
        old.start();
        try {
            sent(2, "").appendTo(old.connection());

            awaitFailureOfTheOldOne(SAGA);
            assertThat(old.stamps(parcel)).containsExactly(1);
        } finally {
            next.start();
        }

        awaitLegs(parcel, 2);
    }

    @Test
    void bothWriteUntilTheOldOneIsStoppedAndNothingIsLostOrDoneTwice() {
        List<String> parcels = Stream.generate(() -> UUID.randomUUID().toString())
                .limit(PARCELS)
                .toList();
        try {
            for (int leg = 1; leg < LEGS; leg++) {
                for (int i = 0; i < PARCELS; i++) {
                    long unused = (i % 2 == 0 ? old : next).send(parcels.get(i), leg);
                }
            }
            old.stop();
            parcels.forEach(each -> next.send(each, LEGS));

            parcels.forEach(each -> awaitLegs(each, LEGS));
            List<String> revisions = new ArrayList<>();
            parcels.forEach(each -> revisions.addAll(next.revisions(each)));
            assertThat(revisions).contains("", NEXT_REVISION);
        } finally {
            old.start();
        }
    }

    /** By whom is told by the revision. */
    private StoredEvent sent(int leg, String revision) {
        return new StoredEvent(
                "Parcel",
                parcel,
                leg - 1L,
                Sent.class.getName(),
                revision,
                "{\"parcel\": \"%s\", \"leg\": %d}".formatted(parcel, leg));
    }

    private static void awaitFailureOfTheOldOne(String processor) {
        await(processor).atMost(SOON).until(() -> old.positions().delay(processor) == Delay.FAILED);
    }

    private static void awaitLegs(String parcel, int last) {
        Integer[] legs = IntStream.rangeClosed(1, last).boxed().toArray(Integer[]::new);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(next.travelled(parcel)).isEqualTo(new Travelled(last, last * (last + 1) / 2));
            assertThat(next.journey(parcel)).containsExactly(legs);
            assertThat(next.stamps(parcel)).containsExactlyInAnyOrder(legs);
        });
    }
}
