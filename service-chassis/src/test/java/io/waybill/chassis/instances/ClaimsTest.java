package io.waybill.chassis.instances;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static io.waybill.chassis.instances.TwoInstances.SAGA;
import static io.waybill.chassis.instances.TwoInstances.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.instances.Gate.Place;
import io.waybill.chassis.instances.TwoInstances.Instance;
import io.waybill.chassis.instances.TwoInstances.Travelled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.axonframework.eventhandling.Segment;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two instances take segments from each other in the midst of things: nothing is lost, nothing is done twice. */
class ClaimsTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    /** Axon leaves the segments of a merge that failed alone for a minute. */
    private static final Duration AFTER_A_FAILED_MERGE = Duration.ofSeconds(90);

    private static final long SEED = 20_261_124;
    private static final int PARCELS = 8;
    private static final int LEGS = 20;
    private static final int CHANGES = 12;
    private static final int MAX_SEGMENTS = 8;

    @AutoClose
    private static final TwoInstances instances = new TwoInstances();

    private static final Instance one = instances.one();
    private static final Instance other = instances.other();

    private final String parcel = UUID.randomUUID().toString();

    @Test
    void aPositionIsPassedOnBothInstancesOnceTheOneThatHasTheSegmentHasHandledIt() {
        giveAllTo(one, VIEW);
        Gate.Hold held = one.gate().close(Place.IN_THE_VIEW);
        long position = other.send(parcel, 1);
        held.awaitBatch();

        for (Instance each : List.of(one, other)) {
            assertThat(each.positions()
                            .await(VIEW, position, Duration.ofMillis(500))
                            .join())
                    .isFalse();
        }
        var here = one.positions().await(VIEW, position, SOON);
        var there = other.positions().await(VIEW, position, SOON);
        held.letGo();

        assertThat(here.join()).isTrue();
        assertThat(there.join()).isTrue();
        assertThat(other.travelled(parcel)).isEqualTo(new Travelled(1, 1));
    }

    @ParameterizedTest
    @EnumSource(
            value = Place.class,
            names = {"IN_THE_SAGA", "BEFORE_THE_SAGA_IS_STORED", "BEFORE_THE_TOKEN_IS_STORED"})
    void aSagaIsNotPutBackByWhoeverWasRobbedAmidABatch(Place place) {
        giveAllTo(one, SAGA);
        one.send(parcel, 1);
        awaitJourney(1);
        Gate.Hold robbed = one.gate().close(place);
        one.send(parcel, 2);
        int segment = robbed.awaitBatch();

        instances.steal(SAGA, segment);
        long position = one.send(parcel, 3);
        awaitJourney(3);
        await().atMost(SOON).untilAsserted(() -> {
            assertThat(one.stamps(parcel)).containsExactlyInAnyOrder(1, 2, 3);
            assertThat(one.segments(SAGA).get(segment)).isGreaterThanOrEqualTo(position);
        });
        int ready = one.gate().ready();
        robbed.letGo();

        assertThat(one.journey(parcel)).containsExactly(1, 2, 3);
        assertThat(one.gate().ready()).as("about to store what was stolen").isEqualTo(ready);
        assertThat(one.segments(SAGA).get(segment)).isGreaterThanOrEqualTo(position);
        one.send(parcel, 4);
        awaitJourney(4);
        await().atMost(SOON).untilAsserted(() -> assertThat(one.stamps(parcel)).containsExactlyInAnyOrder(1, 2, 3, 4));
        assertThat(sagasOf(parcel)).isOne();
    }

    @Test
    void aSagaIsNotStartedASecondTimeByWhoeverWasRobbedAmidABatch() {
        giveAllTo(one, SAGA);
        Gate.Hold robbed = one.gate().close(Place.BEFORE_THE_SAGA_IS_STORED);
        one.send(parcel, 1);
        int segment = robbed.awaitBatch();

        instances.steal(SAGA, segment);
        one.send(parcel, 2);
        awaitJourney(2);
        robbed.letGo();

        assertThat(one.journey(parcel)).containsExactly(1, 2);
        assertThat(sagasOf(parcel)).isOne();
    }

    @Test
    void aViewIsNotPutBackByWhoeverWasRobbedAmidABatch() {
        giveAllTo(one, VIEW);
        one.send(parcel, 1);
        awaitTravelled(1);
        Gate.Hold robbed = one.gate().close(Place.IN_THE_VIEW);
        one.send(parcel, 2);
        int segment = robbed.awaitBatch();

        instances.steal(VIEW, segment);
        one.send(parcel, 3);
        awaitTravelled(3);
        robbed.letGo();

        assertThat(one.travelled(parcel)).isEqualTo(new Travelled(3, 6));
    }

    @Test
    void nothingIsLostOrDoneTwiceWhileSegmentsAreSplitAndMerged() {
        var random = new Random(SEED);
        List<String> parcels = IntStream.range(0, PARCELS)
                .mapToObj(number -> "parcel " + number + " of " + parcel)
                .toList();
        CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> {
            for (int leg = 1; leg <= LEGS; leg++) {
                for (String each : parcels) {
                    (leg % 2 == 0 ? one : other).send(each, leg);
                }
            }
        });

        Map<String, Integer> changes = new HashMap<>();
        while (changes.values().stream().mapToInt(Integer::intValue).sum() < CHANGES || !traffic.isDone()) {
            String change = splitOrMerge(random);
            if (!change.isEmpty()) {
                changes.merge(change, 1, Integer::sum);
            }
        }

        traffic.join();
        List<Integer> legs = IntStream.rangeClosed(1, LEGS).boxed().toList();
        for (String each : parcels) {
            await().atMost(AFTER_A_FAILED_MERGE).untilAsserted(() -> {
                assertThat(one.journey(each)).isEqualTo(legs);
                assertThat(one.stamps(each)).containsExactlyInAnyOrderElementsOf(legs);
                assertThat(one.travelled(each)).isEqualTo(new Travelled(LEGS, LEGS * (LEGS + 1) / 2));
            });
            assertThat(sagasOf(each)).isOne();
        }
        assertThat(changes).containsKeys("split", "merged", "handed over");
    }

    /** What came of it; empty if the segment was not to be had. */
    private static String splitOrMerge(Random random) {
        String name = random.nextBoolean() ? SAGA : VIEW;
        PooledStreamingEventProcessor processor = (random.nextBoolean() ? one : other).processor(name);
        List<Integer> held = new ArrayList<>(processor.processingStatus().keySet());
        if (held.isEmpty()) {
            return "";
        }
        int segment = held.get(random.nextInt(held.size()));
        return switch (random.nextInt(3)) {
            case 0 -> held.size() < MAX_SEGMENTS && isDone(processor.splitSegment(segment)) ? "split" : "";
            case 1 -> isMergeable(name, segment, held) && isDone(processor.mergeSegment(segment)) ? "merged" : "";
            default -> {
                processor.releaseSegment(segment, 1, TimeUnit.SECONDS);
                yield "handed over";
            }
        };
    }

    /** Whether an instance that holds these segments has both halves of what a merge would make of one. */
    private static boolean isMergeable(String processor, int segment, List<Integer> held) {
        int[] all = one.segments(processor).keySet().stream()
                .mapToInt(Integer::intValue)
                .toArray();
        Segment half = Segment.computeSegment(segment, all);
        int other = half.mergeableSegmentId();
        return other != segment
                && held.contains(other)
                && Segment.computeSegment(other, all).getMask() == half.getMask();
    }

    private static boolean isDone(CompletableFuture<Boolean> change) {
        return change.exceptionally(failure -> false).join();
    }

    /**
     * Gives all segments of a processor to one of the instances. What it is asked to claim it does before anything else, so
     * whoever asked without waiting would keep it from handling what it has.
     */
    private static void giveAllTo(Instance instance, String name) {
        Instance rival = instance == one ? other : one;
        await().atMost(SOON).until(() -> {
            PooledStreamingEventProcessor processor = instance.processor(name);
            rival.processor(name)
                    .processingStatus()
                    .keySet()
                    .forEach(segment -> rival.processor(name).releaseSegment(segment, 1, TimeUnit.SECONDS));
            Set<Integer> held = processor.processingStatus().keySet();
            for (int segment : instance.segments(name).keySet()) {
                if (!held.contains(segment) && !isDone(processor.claimSegment(segment))) {
                    return false;
                }
            }
            return processor
                            .processingStatus()
                            .keySet()
                            .containsAll(instance.segments(name).keySet())
                    && processor.processingStatus().values().stream().allMatch(status -> !status.isErrorState());
        });
    }

    private void awaitJourney(int legs) {
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(one.journey(parcel))
                        .isEqualTo(IntStream.rangeClosed(1, legs).boxed().toList()));
    }

    private void awaitTravelled(int legs) {
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(one.travelled(parcel)).isEqualTo(new Travelled(legs, legs * (legs + 1) / 2)));
    }

    /** How many there are in sight; what is left of one that could not be stored is not. */
    private static long sagasOf(String parcel) {
        return one.database()
                .getCollection("sagas")
                .countDocuments(and(eq("associations.value", parcel), exists("type")));
    }
}
