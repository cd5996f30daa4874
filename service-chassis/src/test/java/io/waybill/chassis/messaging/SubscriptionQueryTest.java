package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.waybill.chassis.sample.SampleApplication.Count;
import io.waybill.chassis.sample.SampleApplication.FindTally;
import io.waybill.chassis.sample.SampleApplication.Tally;
import io.waybill.chassis.sample.SampleTest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.axonframework.messaging.responsetypes.ResponseTypes;
import org.axonframework.queryhandling.QueryGateway;
import org.axonframework.queryhandling.SubscriptionQueryResult;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** Whoever asks and listens sees every change from the answer on, or is told that he does not. */
@SampleTest
@NullUnmarked // a null is a failure here
class SubscriptionQueryTest {

    /** More than the fewest updates that the connector lets wait, whatever it is asked for. */
    private static final int TOO_MANY = 80;

    private final String tally = UUID.randomUUID().toString();

    @Autowired
    private QueryGateway gateway;

    @Autowired
    private RequestCommands commands;

    @Autowired
    private RequestQueries queries;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theAnswerAndTheUpdatesMakeTheFinalState(long seed) {
        var random = new Random(seed);
        int before = 1 + random.nextInt(5);
        int after = 1 + random.nextInt(20);
        count(before);
        CompletableFuture<Void> counting = CompletableFuture.runAsync(() -> count(after));
        for (int look = random.nextInt(4); look > 0; look--) {
            queries.ask(new FindTally(tally), Tally.class);
        }

        List<Integer> updates = new CopyOnWriteArrayList<>();
        int answer;
        try (var subscription = subscribe(256)) {
            subscription.updates().subscribe(update -> updates.add(update.sum()));
            Tally first = subscription.initialResult().block();
            answer = first == null ? 0 : first.sum();
            counting.join();
            await().untilAsserted(() -> assertThat(updates.isEmpty() ? answer : Math.max(answer, updates.getLast()))
                    .isEqualTo(before + after));
        }

        // An update may tell what the answer knew already, but nothing is left out.
        assertThat(updates).isSorted().doesNotHaveDuplicates();
        if (!updates.isEmpty()) {
            assertThat(updates.getFirst()).isLessThanOrEqualTo(answer + 1);
            assertThat(updates.getLast() - updates.getFirst()).isEqualTo(updates.size() - 1);
        }
        assertThat(queries.ask(new FindTally(tally), Tally.class).sum()).isEqualTo(before + after);
    }

    @Test
    void whoeverDoesNotTakeTheUpdatesIsToldThatSomeAreMissing() {
        count(1);
        await().until(() -> queries.ask(new FindTally(tally), Tally.class) != null);

        try (var subscription = subscribe(1)) {
            Objects.requireNonNull(subscription.initialResult().block());
            count(TOO_MANY);
            await().until(() -> queries.ask(new FindTally(tally), Tally.class).sum() == 1 + TOO_MANY);

            assertThatThrownBy(() -> subscription.updates().collectList().block(Duration.ofSeconds(10)))
                    .hasMessageContaining("not taken fast enough");
        }
    }

    private void count(int times) {
        for (int i = 0; i < times; i++) {
            commands.send(new Count(tally, 1));
        }
    }

    private SubscriptionQueryResult<Tally, Tally> subscribe(int buffer) {
        return gateway.subscriptionQuery(
                FindTally.class.getName(),
                new FindTally(tally),
                ResponseTypes.instanceOf(Tally.class),
                ResponseTypes.instanceOf(Tally.class),
                buffer);
    }
}
