package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What becomes of an order, seen by its customer and in the books. */
@ExtendWith(WaybillExtension.class)
class CheckoutTest {

    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String blanket = Names.sku("blanket");
    private final String customer = Names.customer("ada");

    CheckoutTest(WaybillClient waybill) {
        this.waybill = waybill;
    }

    @Test
    void confirmsAnOrderThatCanBeServedAndPaid() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 5);

        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 3), line(blanket, 1)));

        var order = waybill.awaitStatus(orderId, "CONFIRMED");
        assertThat(order.path("customerId").asString()).isEqualTo(customer);
        assertThat(order.at("/total/minor").asLong()).isEqualTo(3 * 1_490 + 7_900);
        assertThat(order.at("/total/currency").asString()).isEqualTo("EUR");
        assertThat(order.at("/lines/0/unitPrice/minor").asLong()).isEqualTo(1_490);
        assertThat(order.at("/shippingAddress/city").asString()).isEqualTo("London");
        assertStock(mug, 10, 3);
        assertStock(blanket, 5, 1);
        var payment = waybill.awaitPayment(orderId, "AUTHORIZED");
        assertThat(payment.path("heldMinor").asLong()).isEqualTo(3 * 1_490 + 7_900);
        assertThat(payment.path("capturedMinor").asLong()).isZero();
    }

    @Test
    void tellsTheWholeStoryOfAnOrderAcrossServices() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);

        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1)));

        var entries = waybill.awaitTimeline(orderId, "OrderConfirmed").path("entries");
        assertThat(entries.findValuesAsString("type"))
                .containsSubsequence(
                        "OrderPlaced",
                        "StockReserved",
                        "AuthorizationRequested",
                        "PaymentAuthorized",
                        "OrderConfirmed");
        assertThat(entries.findValuesAsString("service"))
                .contains("order-command", "inventory-saga", "payment-service");
        assertThat(entries.findValuesAsString("eventId")).doesNotHaveDuplicates();
        assertThat(positions(entries)).isSorted().doesNotHaveDuplicates();
        assertThat(entries.findValuesAsString("correlationId"))
                .hasSize(entries.size())
                .doesNotContain("")
                .containsOnly(entries.at("/0/correlationId").asString());
        assertThat(entries.findValuesAsString("causationId"))
                .hasSize(entries.size())
                .doesNotContain("");
        assertThat(entries.findValuesAsString("actor")).hasSize(entries.size()).doesNotContain("");
    }

    @Test
    void rejectsAnOrderWhosePaymentIsDeclinedAndReleasesItsStock() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);

        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_declined", line(mug, 4)));

        assertThat(waybill.awaitStatus(orderId, "REJECTED").path("reason").asString())
                .isEqualTo("DECLINED");
        waybill.awaitTimeline(orderId, "StockReleased");
        assertStock(mug, 10, 0);
        assertThat(waybill.awaitPayment(orderId, "DECLINED")
                        .path("capturedMinor")
                        .asLong())
                .isZero();
    }

    @Test
    void saysWhenTheCustomerHasNotEnoughMoney() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);

        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_insufficient_funds", line(mug, 4)));

        assertThat(waybill.awaitStatus(orderId, "REJECTED").path("reason").asString())
                .isEqualTo("INSUFFICIENT_FUNDS");
        waybill.awaitTimeline(orderId, "StockReleased");
        assertStock(mug, 10, 0);
    }

    @Test
    void rejectsAnOrderOfWhichOneLineIsOutOfStockAndReleasesTheOthers() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 2);

        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 4), line(blanket, 3)));

        assertThat(waybill.awaitStatus(orderId, "REJECTED").path("reason").asString())
                .isEqualTo("OUT_OF_STOCK");
        waybill.awaitTimeline(orderId, "StockReleased");
        assertStock(mug, 10, 0);
        assertStock(blanket, 2, 0);
        assertNothingCharged(orderId);
    }

    @Test
    void undoesAnOrderThatIsCancelledWhileItsPaymentIsPending() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_3ds", line(mug, 4)));
        waybill.awaitTimeline(orderId, "AuthorizationRequested");
        assertThat(waybill.awaitStatus(orderId, "PLACED").path("reason").asString(""))
                .isEmpty();
        assertStock(mug, 10, 4);

        waybill.cancel(orderId, "Took too long").expect(202);

        assertThat(waybill.awaitStatus(orderId, "CANCELLED").path("reason").asString())
                .isEqualTo("Took too long");
        assertStock(mug, 10, 0);
        assertThat(waybill.awaitPayment(orderId, "VOIDED").path("capturedMinor").asLong())
                .isZero();
    }

    @Test
    void liftsTheHoldOfAnOrderThatIsCancelledAfterItsConfirmation() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 4)));
        waybill.awaitStatus(orderId, "CONFIRMED");

        waybill.cancel(orderId, "Changed my mind").expect(202);

        waybill.awaitStatus(orderId, "CANCELLED");
        assertStock(mug, 10, 0);
        var payment = waybill.awaitPayment(orderId, "VOIDED");
        assertThat(payment.path("heldMinor").asLong()).isZero();
        assertThat(payment.path("capturedMinor").asLong()).isZero();
    }

    @Test
    void cannotCancelARejectedOrder() {
        waybill.offer(mug, "Enamel mug", 1_490, 1);
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 2)));
        waybill.awaitStatus(orderId, "REJECTED");

        assertThat(waybill.cancel(orderId, "Too late").expect(409).code()).isEqualTo("ORDER_NOT_CANCELLABLE");
    }

    @Test
    void findsOutWhatBecameOfAChargeThatTimedOut() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);

        String charged = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_timeout", line(mug, 1)));
        String lost = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_timeout_lost", line(mug, 1)));

        var orders = List.of(waybill.awaitEnd(charged), waybill.awaitEnd(lost));
        assertThat(orders.getFirst().path("status").asString()).isEqualTo("CONFIRMED");
        new Books(waybill).assertAddsUp(mug, 10, orders);
    }

    @Test
    void listsTheOrdersOfACustomerNewestFirst() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String first = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1)));
        waybill.awaitEnd(first);
        String second = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 1)));
        waybill.awaitEnd(second);

        var orders = waybill.awaitJson(
                "/orders?customerId=" + customer,
                "both orders in the list",
                page -> page.path("items").size() == 2);

        assertThat(orders.path("items").findValuesAsString("orderId")).containsExactly(second, first);
    }

    private void assertStock(String sku, int onHand, int reserved) {
        var stock = waybill.awaitAvailable(sku, onHand - reserved);
        assertThat(stock.path("onHand").asInt()).as("on hand of %s", stock).isEqualTo(onHand);
        assertThat(stock.path("reserved").asInt()).as("reserved of %s", stock).isEqualTo(reserved);
    }

    private void assertNothingCharged(String orderId) {
        for (JsonNode payment : waybill.payments(orderId).expect(200).json().path("items")) {
            assertThat(payment.path("status").asString()).isEqualTo("VOIDED");
            assertThat(payment.path("capturedMinor").asLong()).isZero();
        }
    }

    private static List<Long> positions(JsonNode entries) {
        return entries.valueStream()
                .map(entry -> entry.path("position").asLong())
                .toList();
    }
}
