package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** No order hangs: whoever does not pay in time loses the reservation, also if the process that counts has died. */
@ExtendWith(WaybillExtension.class)
class DeadlineTest {

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("late");

    DeadlineTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @Test
    void rejectsAnOrderThatIsNotPaidInTimeThoughItsSagaWasKilledMeanwhile() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        system.stop(Service.INVENTORY_SAGA);
        system.start(Service.INVENTORY_SAGA, "--waybill.checkout.deadline=PT3S");
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_3ds", line(mug, 4)));
        waybill.awaitTimeline(orderId, "AuthorizationRequested");

        system.kill(Service.INVENTORY_SAGA);
        system.start(Service.INVENTORY_SAGA);

        assertThat(waybill.awaitStatus(orderId, "REJECTED").path("reason").asString())
                .isEqualTo("CHECKOUT_TIMED_OUT");
        var entries = waybill.awaitTimeline(orderId, "StockReleased").path("entries");
        assertThat(entries.findValuesAsString("type")).containsOnlyOnce("CheckoutDeadlinePassed", "OrderRejected");
        assertThat(Set.copyOf(entries.findValuesAsString("correlationId")))
                .as("the deadline belongs to the request that placed the order")
                .hasSize(1);
        waybill.awaitAvailable(mug, 10);
        waybill.awaitPayment(orderId, "VOIDED");
    }
}
