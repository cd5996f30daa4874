package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Any one process may die at any moment, and nobody has to clean up after it. */
@ExtendWith(WaybillExtension.class)
class CrashTest {

    private static final int MUGS = 100;

    /** Enough that some are in every stage of the checkout when the process dies. */
    private static final List<String> TOKENS = List.of(
            "tok_ok",
            "tok_declined",
            "tok_ok",
            "tok_timeout",
            "tok_ok",
            "tok_declined",
            "tok_timeout_lost",
            "tok_ok",
            "tok_declined",
            "tok_ok",
            "tok_timeout",
            "tok_ok");

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("patience");

    CrashTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @ParameterizedTest
    @EnumSource
    void endsEveryCheckoutThoughOneProcessIsKilledInTheMiddle(Service victim) throws Exception {
        assumeTrue(system.owns(victim), "not started by this harness");
        waybill.offer(mug, "Enamel mug", 1_490, MUGS);
        var begun = new CountDownLatch(TOKENS.size() / 3);

        var orders = new ArrayList<JsonNode>();
        try (var customers = Executors.newVirtualThreadPerTaskExecutor()) {
            var orderIds = new ArrayList<Future<String>>();
            for (String token : TOKENS) {
                orderIds.add(customers.submit(() -> {
                    String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, token, line(mug, 2)));
                    begun.countDown();
                    return orderId;
                }));
            }
            begun.await();
            system.kill(victim);
            system.start(victim);
            for (Future<String> orderId : orderIds) {
                orders.add(waybill.awaitEnd(orderId.get()));
            }
        }

        for (int i = 0; i < TOKENS.size(); i++) {
            assertThat(orders.get(i).path("status").asString())
                    .as("order paid with %s: %s", TOKENS.get(i), orders.get(i))
                    .isIn(
                            TOKENS.get(i).equals("tok_declined")
                                    ? List.of("REJECTED")
                                    : List.of("CONFIRMED", "REJECTED"));
        }
        new Books(waybill).assertAddsUp(mug, MUGS, orders);
        assertThat(waybill.ordersOf(customer)).hasSize(TOKENS.size());
    }

    @Test
    void processesAnOrderLaterThatWasPlacedWhileTheSagaWasDown() {
        waybill.offer(mug, "Enamel mug", 1_490, MUGS);
        system.kill(Service.INVENTORY_SAGA);
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 2)));
        waybill.awaitStatus(orderId, "PLACED");

        system.start(Service.INVENTORY_SAGA);

        var order = waybill.awaitStatus(orderId, "CONFIRMED");
        new Books(waybill).assertAddsUp(mug, MUGS, List.of(order));
    }
}
