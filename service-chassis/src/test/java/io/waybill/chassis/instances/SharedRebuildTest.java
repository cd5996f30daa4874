package io.waybill.chassis.instances;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.inc;
import static io.waybill.chassis.instances.TwoInstances.VIEW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import io.waybill.chassis.instances.TwoInstances.Instance;
import io.waybill.chassis.instances.TwoInstances.Travelled;
import io.waybill.chassis.messaging.Slot;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** A rebuild is nobody's: it outlives whoever began it, and what is decided in one instance holds in the other. */
class SharedRebuildTest {

    private static final Duration SOON = Duration.ofSeconds(30);
    private static final String REPLAYS = "/internal/replays";
    private static final String REBUILDS = "/api/audit/replays/";
    private static final String VIEW_AGAIN = "{\"projection\": \"%s\"}".formatted(VIEW);
    /** Of starts at the same moment. */
    private static final int ROUNDS = 20;

    @AutoClose
    private static final TwoInstances instances = new TwoInstances();

    private static final Instance one = instances.one();
    private static final Instance other = instances.other();

    private final String parcel = UUID.randomUUID().toString();
    private String id = "";

    /** So that a test which failed fails no other: only one rebuild at a time may be open. */
    @AfterEach
    void leaveNothingOpen() throws Exception {
        List.of(one, other).forEach(instance -> instance.gate().refused.clear());
        for (String decision : List.of("rollback", "discard")) {
            var unused = one.ask("POST", REBUILDS + id + "/" + decision, "");
        }
    }

    @Test
    void isCompletedByWhoeverIsThereThoughTheOneThatBeganItIsStopped() throws Exception {
        beginAndHoldUp();

        one.stop();
        try {
            assertThat(state(other)).isEqualTo("RUNNING");
            other.gate().refused.clear();

            awaitState(other, "READY");
        } finally {
            one.start();
        }
        assertComplete();
    }

    @Test
    void isCompletedAfterARestartOfAllInstances() throws Exception {
        beginAndHoldUp();

        one.stop();
        other.stop();
        try {
            one.start();

            awaitState(one, "READY");
        } finally {
            other.start();
        }
        assertComplete();
    }

    /** Begun by one of them; held up in both at the parcel. */
    private void beginAndHoldUp() throws Exception {
        travels(1);
        List.of(one, other).forEach(instance -> instance.gate().refused.add(parcel));
        begin(one);
        awaitState(one, "RUNNING");
        // Before, it may have been tried for the rebuild of an earlier test.
        List.of(one, other).forEach(instance -> instance.gate().refusals.set(0));
        await().atMost(SOON)
                .until(() -> one.gate().refusals.get() + other.gate().refusals.get() > 0);
        assertThat(state(one)).isEqualTo("RUNNING");
    }

    private void assertComplete() throws Exception {
        for (Instance each : List.of(one, other)) {
            assertThat(JsonPath.<Integer>read(shown(each), "$.comparison.differences"))
                    .isZero();
            assertThat(JsonPath.<Integer>read(shown(each), "$.comparison.documents"))
                    .isPositive();
        }
        decide(other, "switch");
        assertThat(one.travelled(parcel)).isEqualTo(new Travelled(1, 1));
        decide(one, "rollback");
    }

    @Test
    void isShownByBothWhicheverOfThemIsToldTo() throws Exception {
        travels(1);
        add(100);
        begin(other);
        awaitState(one, "READY");
        assertShown(101);

        decide(one, "switch");
        assertShown(1);
        long position = one.send(parcel, 2);
        for (Instance each : List.of(one, other)) {
            assertThat(each.positions().await(VIEW, position, SOON).join()).isTrue();
        }
        assertShown(3);

        decide(other, "rollback");
        await("the place before, which was kept up to date").atMost(SOON).untilAsserted(() -> assertShown(103));
        assertThat(state(one)).isEqualTo("ROLLED_BACK");
        add(-100);
    }

    @Test
    void isBegunOnceThoughBothAreAskedAtTheSameMoment() throws Exception {
        try (ExecutorService askers = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < ROUNDS; round++) {
                var together = new CyclicBarrier(2);
                List<Future<HttpResponse<String>>> asked = new ArrayList<>();
                for (Instance each : List.of(one, other)) {
                    asked.add(askers.submit(() -> {
                        together.await();
                        return each.ask("POST", REPLAYS, VIEW_AGAIN);
                    }));
                }
                HttpResponse<String> first = asked.getFirst().get();
                HttpResponse<String> second = asked.getLast().get();

                boolean isFirst = first.statusCode() == 202;
                HttpResponse<String> begun = isFirst ? first : second;
                HttpResponse<String> refused = isFirst ? second : first;
                assertThat(begun.statusCode()).isEqualTo(202);
                id = JsonPath.read(begun.body(), "$.id");
                assertThat(refused.statusCode()).isEqualTo(409);
                assertThat(JsonPath.<String>read(refused.body(), "$.code")).isEqualTo("REBUILD_UNDER_WAY");
                assertThat(refused.body()).contains(id);
                decide(other, "discard");
            }
        }
    }

    private void travels(int leg) {
        long position = one.send(parcel, leg);
        assertThat(one.positions().await(VIEW, position, SOON).join()).isTrue();
    }

    /** Makes the first place differ from what the events say. */
    private void add(int sum) {
        var changed = one.database().getCollection(Slot.FIRST.nameOf(VIEW)).updateOne(eq(parcel), inc("view.sum", sum));
        assertThat(changed.getModifiedCount()).isOne();
    }

    private void assertShown(int sum) {
        for (Instance each : List.of(one, other)) {
            assertThat(each.travelled(parcel))
                    .isNotNull()
                    .extracting(Travelled::sum)
                    .isEqualTo(sum);
        }
    }

    private void begin(Instance instance) throws Exception {
        HttpResponse<String> answer = instance.ask("POST", REPLAYS, VIEW_AGAIN);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        id = JsonPath.read(answer.body(), "$.id");
    }

    private void decide(Instance instance, String decision) throws Exception {
        HttpResponse<String> answer = instance.ask("POST", REBUILDS + id + "/" + decision, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    private void awaitState(Instance instance, String state) {
        await().atMost(SOON).untilAsserted(() -> assertThat(state(instance)).isEqualTo(state));
    }

    private String state(Instance instance) throws Exception {
        return JsonPath.read(shown(instance), "$.state");
    }

    private String shown(Instance instance) throws Exception {
        return instance.ask("GET", REBUILDS + id, "").body();
    }
}
