package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** The promise that everything else serves: what is not there is not sold. */
@ExtendWith(WaybillExtension.class)
class LastPiecesTest {

    private static final int PIECES = 100;
    private static final int ORDERS = 200;

    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("crowd");

    LastPiecesTest(WaybillClient waybill) {
        this.waybill = waybill;
    }

    @Test
    void sellsExactlyWhatIsThereToACrowd() throws Exception {
        waybill.offer(mug, "Enamel mug", 1_490, PIECES);

        placeAllAtOnce();

        // A single read below zero on the way is a piece promised twice, even if it is taken back later.
        await("all orders to end")
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(100))
                .failFast("fewer than none available", () -> available() < 0)
                .until(() -> statuses(waybill.ordersOf(customer)).equals(Map.of("CONFIRMED", 100L, "REJECTED", 100L)));

        var orders = new ArrayList<JsonNode>();
        for (JsonNode summary : waybill.ordersOf(customer)) {
            orders.add(waybill.awaitEnd(summary.path("orderId").asString()));
        }
        assertThat(orders).hasSize(ORDERS);
        assertThat(orders)
                .filteredOn(order -> order.path("status").asString().equals("REJECTED"))
                .extracting(order -> order.path("reason").asString())
                .containsOnly("OUT_OF_STOCK");
        new Books(waybill).assertAddsUp(mug, PIECES, orders);
        assertThat(available()).isZero();
    }

    private void placeAllAtOnce() throws Exception {
        // The price list must know the product, or the crowd would be turned away at the door.
        String first = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1)));
        var requests = new ArrayList<Callable<String>>();
        for (int i = 1; i < ORDERS; i++) {
            requests.add(() -> waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1))));
        }
        var orderIds = new ArrayList<>(List.of(first));
        try (var crowd = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var orderId : crowd.invokeAll(requests)) {
                orderIds.add(orderId.get());
            }
        }
        assertThat(orderIds).hasSize(ORDERS).doesNotHaveDuplicates();
    }

    private int available() {
        return waybill.stock(mug).expect(200).json().path("available").asInt();
    }

    private static Map<String, Long> statuses(List<JsonNode> orders) {
        return orders.stream()
                .map(order -> order.path("status").asString())
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
    }
}
