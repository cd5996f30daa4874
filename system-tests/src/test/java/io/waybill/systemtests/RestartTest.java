package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What was answered once is still so after everything was off. */
@ExtendWith(WaybillExtension.class)
class RestartTest {

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("memory");

    RestartTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
    }

    @Test
    void losesNothingWhenEverythingIsStoppedAndStartedAgain() {
        var orderIds = placeSomeOrders();
        var before = everythingSaid(orderIds);

        system.restartAll();

        assertThat(everythingSaid(orderIds)).isEqualTo(before);
        assertStillSells();
    }

    @Test
    void losesNothingWhenEverythingIsKilledAtOnceAndStartedAgain() {
        var orderIds = placeSomeOrders();
        var before = everythingSaid(orderIds);

        system.killAndRestartAll();

        // The views of a killed service may be a moment behind: they are derived, and catch up.
        waybill.awaitJson(
                "/orders/" + orderIds.getLast(),
                "views caught up",
                order -> everythingSaid(orderIds).equals(before));
        assertStillSells();
    }

    /** One shipped, one rejected, one cancelled, one still waiting for its payment. */
    private List<String> placeSomeOrders() {
        waybill.offer(mug, "Enamel mug", 1_490, 20);
        var orderIds = new ArrayList<String>();
        for (String token : List.of("tok_ok", "tok_declined", "tok_ok", "tok_3ds")) {
            orderIds.add(waybill.placeUntilAccepted(NewOrder.of(customer, token, line(mug, 2))));
        }
        waybill.awaitStatus(orderIds.get(0), "CONFIRMED");
        waybill.awaitTimeline(orderIds.get(1), "StockReleased");
        waybill.awaitStatus(orderIds.get(2), "CONFIRMED");
        waybill.awaitTimeline(orderIds.get(3), "CustomerActionRequired");
        waybill.ship(orderIds.get(0)).expect(202);
        waybill.awaitTimeline(orderIds.get(0), "StockCommitted");
        waybill.cancel(orderIds.get(2), "Changed my mind").expect(202);
        waybill.awaitTimeline(orderIds.get(2), "PaymentUndone");
        waybill.awaitPayment(orderIds.get(0), "CAPTURED");
        waybill.awaitPayment(orderIds.get(1), "DECLINED");
        waybill.awaitPayment(orderIds.get(2), "VOIDED");
        waybill.awaitPayment(orderIds.get(3), "ACTION_REQUIRED");
        waybill.awaitStatus(orderIds.get(2), "CANCELLED");
        waybill.awaitAvailable(mug, 16);
        return orderIds;
    }

    private List<JsonNode> everythingSaid(List<String> orderIds) {
        var answers = new ArrayList<JsonNode>();
        answers.add(waybill.stock(mug).json());
        answers.addAll(waybill.ordersOf(customer));
        for (String orderId : orderIds) {
            answers.add(waybill.order(orderId).json());
            answers.add(waybill.timeline(orderId).json());
            answers.add(waybill.payments(orderId).json());
        }
        return answers;
    }

    private void assertStillSells() {
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.awaitPayment(orderId, "AUTHORIZED");
        waybill.awaitAvailable(mug, 15);
    }
}
