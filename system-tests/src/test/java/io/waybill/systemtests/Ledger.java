package io.waybill.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** The books that must balance when every order has ended, whatever happened on the way. */
final class Ledger {

    private final WaybillClient waybill;

    Ledger(WaybillClient waybill) {
        this.waybill = waybill;
    }

    /**
     * Checks that what confirmed orders hold of a product is what its stock has set aside, and that money was taken
     * for confirmed orders and for no others. Waits for what follows the end of an order: releases, capture, refund.
     *
     * @param orders orders that have ended, all there are for the product, each with one line
     */
    void assertAddsUp(String sku, int received, List<JsonNode> orders) {
        int sold = 0;
        for (JsonNode order : orders) {
            if (isConfirmed(order)) {
                sold += order.at("/lines/0/quantity").asInt();
            }
        }
        var stock = waybill.awaitAvailable(sku, received - sold);
        assertThat(stock.path("onHand").asInt() - stock.path("reserved").asInt())
                .as("on hand less reserved of %s", stock)
                .isEqualTo(received - sold);
        orders.forEach(this::assertPaid);
    }

    private void assertPaid(JsonNode order) {
        String orderId = order.path("orderId").asString();
        long owedMinor = isConfirmed(order) ? order.at("/total/minor").asLong() : 0;
        var payments = waybill.awaitJson(
                "/payments?orderId=" + orderId,
                "%d kept for order %s".formatted(owedMinor, order),
                answer -> keptMinor(answer) == owedMinor && isSettled(answer, isConfirmed(order)));
        assertThat(payments.path("items").size()).as("payments of an order").isLessThanOrEqualTo(1);
    }

    private static boolean isConfirmed(JsonNode order) {
        return order.path("status").asString().equals("CONFIRMED");
    }

    private static long keptMinor(JsonNode payments) {
        long keptMinor = 0;
        for (JsonNode payment : payments.path("items")) {
            keptMinor += payment.path("capturedMinor").asLong()
                    - payment.path("refundedMinor").asLong();
        }
        return keptMinor;
    }

    private static boolean isSettled(JsonNode payments, boolean confirmed) {
        var settled = confirmed ? List.of("CAPTURED") : List.of("DECLINED", "VOIDED", "REFUNDED");
        return settled.containsAll(payments.path("items").findValuesAsString("status"));
    }
}
