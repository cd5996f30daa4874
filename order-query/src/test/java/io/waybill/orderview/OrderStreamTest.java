package io.waybill.orderview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.waybill.chassis.messaging.History;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.Subscription;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.order.OrderStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.stream.LongStream;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OrderStreamTest {

    private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
    private static final int HISTORIES = 200;

    private final RequestQueries queries = mock();
    private final Subscription<Object> subscription = mock();
    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();

    /** Counts events, which is all that a stream needs to know of a fold. */
    private final History<OrderDetails> history =
            new History<>(eventStore, OrderEvent.class, (order, event, version, at) -> details(version, at));

    @BeforeEach
    void follow() {
        when(queries.follow(any(), any(), any(), any(), any())).thenReturn(subscription);
    }

    @Test
    void showsTheOrderNowAndThenEachVersion() throws Exception {
        publish("order-7", 0, 3);
        var sent = new Sent();
        OrderStream stream = stream("order-7", null);

        stream.sendNews(sent);
        stream.sendNews(sent);
        publish("order-7", 3, 5);
        stream.sendNews(sent);

        assertThat(versions(sent)).containsExactly(2L, 3L, 4L);
    }

    /** However often its browser goes away, and whatever happens meanwhile. */
    @Test
    void leavesNoVersionOutAndTellsNoneTwice() throws Exception {
        for (long seed = 0; seed < HISTORIES; seed++) {
            var random = new Random(seed);
            String orderId = UUID.randomUUID().toString();
            publish(orderId, 0, 1);
            var sent = new Sent();
            @Nullable Long last = null;
            int events = 1;
            while (events < 30) {
                OrderStream stream = stream(orderId, last);
                for (int look = random.nextInt(3); look >= 0; look--) {
                    stream.sendNews(sent);
                    int more = events + random.nextInt(4);
                    publish(orderId, events, more);
                    events = more;
                }
                stream.close();
                last = versions(sent).getLast();
            }
            stream(orderId, last).sendNews(sent);

            assertThat(versions(sent))
                    .as("seed %s", seed)
                    .isEqualTo(LongStream.range(0, events).boxed().toList());
        }
    }

    private OrderStream stream(String orderId, @Nullable Long last) {
        return new OrderStream(queries, history, orderId, last, () -> {});
    }

    private static List<Long> versions(Sent sent) {
        List<Long> versions = new ArrayList<>();
        for (Object data : sent.data()) {
            versions.add(((OrderDetails) data).version());
        }
        assertThat(sent.lines())
                .extracting(line -> Long.valueOf(line.split(" ", -1)[0]))
                .isEqualTo(versions);
        return versions;
    }

    private void publish(String orderId, int from, int to) {
        for (int number = from; number < to; number++) {
            eventStore.publish(new GenericDomainEventMessage<>(
                    "Order",
                    orderId,
                    number,
                    new OrderEvent.BackorderArrived(orderId, "TEA"),
                    Map.of(),
                    UUID.randomUUID().toString(),
                    START.plusSeconds(number)));
        }
    }

    private static OrderDetails details(long version, Instant at) {
        var money = new Money(0, "EUR");
        return new OrderDetails(
                "order-7",
                "ada",
                OrderStatus.PLACED,
                null,
                List.of(),
                money,
                money,
                money,
                new Address("Ada", "Street 1", null, "1", "London", "GB"),
                List.of(),
                List.of(),
                null,
                null,
                version,
                START,
                at);
    }
}
