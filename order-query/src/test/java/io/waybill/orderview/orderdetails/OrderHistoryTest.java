package io.waybill.orderview.orderdetails;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.History.Extent;
import io.waybill.chassis.messaging.History.Version;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderQuery.FindOrder;
import io.waybill.orderview.RandomHistory;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrderHistoryTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final int HISTORIES = 500;
    /** Each write is a commit on the disk. */
    private static final int HISTORIES_IN_A_STORE = 5;

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final History<OrderDetails> history = new OrderHistory().pastOrders(eventStore);

    @Test
    void eachVersionIsWhatTheLiveViewShowedThen(@TempDir Path folder) {
        try (var databases = new Databases("", folder)) {
            RandomHistory.many()
                    .filter(random -> random.events().size() > 10)
                    .limit(HISTORIES_IN_A_STORE)
                    .forEach(random -> {
                        String stream = publish(random);
                        var view = new OrderDetailsView(databases.open(stream), mock());
                        for (Version<OrderDetails> version : versions(stream)) {
                            view.on(
                                    random.events().get((int) version.number()),
                                    new GlobalSequenceTrackingToken(version.number()),
                                    version.number(),
                                    at(version.number()));

                            assertThat(view.handle(new FindOrder(version.view().orderId())))
                                    .as("version %s of %s", version.number(), random)
                                    .isEqualTo(version.view());
                        }
                    });
        }
    }

    @Test
    void eachVersionIsTheFoldOfTheEventsUpToIt() {
        RandomHistory.many().limit(HISTORIES).forEach(random -> {
            List<Version<OrderDetails>> versions = versions(publish(random));

            assertThat(versions).as("%s", random).hasSameSizeAs(random.events());
            @Nullable OrderDetails live = null;
            for (int number = 0; number < versions.size(); number++) {
                live = OrderDetailsFold.fold(live, random.events().get(number), number, at(number));
                assertThat(versions.get(number).view())
                        .as("version %s of %s", number, random)
                        .isEqualTo(live);
            }
        });
    }

    @Test
    void endsWhereItIsNoLongerWantedAndKnowsHowFarItReaches() {
        RandomHistory random = RandomHistory.many()
                .filter(any -> any.events().size() > 5)
                .findFirst()
                .orElseThrow();
        List<Version<OrderDetails>> versions = new ArrayList<>();

        Extent extent = history.read(publish(random), event -> event.getSequenceNumber() <= 2, versions::add)
                .orElseThrow();

        assertThat(versions).extracting(Version::number).containsExactly(0L, 1L, 2L);
        int last = random.events().size() - 1;
        assertThat(extent).isEqualTo(new Extent(last, START, at(last)));
    }

    private List<Version<OrderDetails>> versions(String stream) {
        List<Version<OrderDetails>> versions = new ArrayList<>();
        assertThat(history.read(stream, event -> true, versions::add)).isPresent();
        return versions;
    }

    /** All random histories are of the same order, so each has a stream of its own. */
    private String publish(RandomHistory random) {
        String stream = "order_" + UUID.randomUUID();
        long number = 0;
        for (OrderEvent event : random.events()) {
            eventStore.publish(new GenericDomainEventMessage<>(
                    "Order", stream, number, event, Map.of(), UUID.randomUUID().toString(), at(number)));
            number++;
        }
        return stream;
    }

    private static Instant at(long number) {
        return START.plusSeconds(number);
    }
}
