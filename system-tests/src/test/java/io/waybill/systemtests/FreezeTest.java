package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A store that does nothing for a while, and keeps its connections open, is harder to bear than one that is gone. */
@ExtendWith(WaybillExtension.class)
class FreezeTest {

    /** Beyond the time for which a token is claimed, a connection is missed and an answer is waited for: 10 s each. */
    private static final Duration FROZEN = Duration.ofSeconds(16);

    private static final Duration RECOVERY_LIMIT = Duration.ofSeconds(30);

    private static final int MUGS = 100;

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("patience");

    FreezeTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @Test
    void everythingGoesOnWhenTheEventStoreWasFrozen() throws Exception {
        assumeTrue(system.owns(Service.AXONSERVER), "not started by this harness");
        goesOnAfterAFreezeOf(system.process(Service.AXONSERVER));
    }

    @Test
    void everythingGoesOnWhenTheMongoOfTheSagasWasFrozen(@TempDir Path folder) throws Exception {
        int port = Ports.free();
        JarProcess mongo = StoreProcess.of("mongo", port, folder.resolve("mongo.mv"), folder);
        mongo.launch();
        try {
            system.stop(Service.INVENTORY_SAGA);
            system.start(
                    Service.INVENTORY_SAGA,
                    "--waybill.mongodb.uri=mongodb://127.0.0.1:%d/?directConnection=true".formatted(port));
            goesOnAfterAFreezeOf(mongo);
        } finally {
            system.stop(Service.INVENTORY_SAGA);
            mongo.kill();
        }
    }

    private void goesOnAfterAFreezeOf(JarProcess store) throws Exception {
        waybill.offer(mug, "Enamel mug", 1_490, MUGS);
        waybill.awaitEnd(waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 2))));
        try (var customers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> orderIds = new ArrayList<>();
            for (String token : List.of("tok_ok", "tok_declined", "tok_timeout", "tok_ok")) {
                orderIds.add(
                        customers.submit(() -> waybill.placeUntilAccepted(NewOrder.of(customer, token, line(mug, 2)))));
            }
            store.freeze();
            Instant thawed;
            try {
                await("the fault")
                        .pollDelay(FROZEN)
                        .atMost(FROZEN.multipliedBy(2))
                        .until(() -> true);
            } finally {
                store.thaw();
                thawed = Instant.now();
            }
            waybill.awaitStatus(waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 2))), "CONFIRMED");
            system.awaitReady();
            assertThat(Duration.between(thawed, Instant.now()))
                    .as("from the thaw until everything is ready and an order is confirmed")
                    .isLessThan(RECOVERY_LIMIT);
            for (Future<String> orderId : orderIds) {
                waybill.awaitEnd(orderId.get());
            }
        }
        // The list is another read model than the one in which the orders have ended.
        waybill.awaitEqual(
                "every order in the list", 6, () -> waybill.ordersOf(customer).size());
        List<JsonNode> orders = waybill.ordersOf(customer).stream()
                .map(order -> waybill.awaitEnd(order.path("orderId").asString()))
                .toList();
        assertThat(orders).hasSize(6);
        new Books(waybill).assertAddsUp(mug, MUGS, orders);
    }
}
