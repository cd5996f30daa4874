package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What happens to an order after its checkout, seen by the shop and in the books. */
@ExtendWith(WaybillExtension.class)
class LifecycleTest {

    private final WaybillClient waybill;
    private final Books books;
    private final String mug = Names.sku("mug");
    private final String blanket = Names.sku("blanket");
    private final String customer = Names.customer("ada");

    LifecycleTest(WaybillClient waybill) {
        this.waybill = waybill;
        this.books = new Books(waybill);
    }

    @Test
    void amendsAnOrderThatHasNotShipped() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 5);
        String orderId = confirmed("tok_ok", line(mug, 3));

        waybill.amend(orderId, line(mug, 2), line(blanket, 1)).expect(202);

        var order = waybill.awaitOrder(
                orderId, "the new total", amended -> amended.at("/total/minor").asLong() == 2 * 1_490 + 7_900);
        assertThat(order.path("status").asString()).isEqualTo("CONFIRMED");
        books.assertAddsUp(mug, 10, List.of(order));
        books.assertAddsUp(blanket, 5, List.of(order));
    }

    @Test
    void keepsTheOldOrderWholeWhenAnAmendmentCannotBeHad() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 1);
        String orderId = confirmed("tok_ok", line(mug, 3));

        waybill.amend(orderId, line(mug, 5), line(blanket, 2)).expect(202);

        var order = waybill.awaitOrder(
                orderId,
                "the refusal",
                refused -> !refused.at("/amendment/refusal").asString("").isEmpty());
        assertThat(order.at("/amendment/refusal").asString()).isEqualTo("OUT_OF_STOCK");
        assertThat(order.at("/total/minor").asLong()).isEqualTo(3 * 1_490);
        books.assertAddsUp(mug, 10, List.of(order));
        books.assertAddsUp(blanket, 1, List.of(order));
    }

    @Test
    void takesForEachParcelWhatIsInIt() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 5);
        String orderId = confirmed("tok_ok", line(mug, 3), line(blanket, 1));

        waybill.ship(orderId, line(mug, 2)).expect(202);
        var partial = waybill.awaitStatus(orderId, "PARTIALLY_SHIPPED");
        assertThat(partial.at("/shipped/minor").asLong()).isEqualTo(2 * 1_490);
        assertThat(waybill.awaitPayment(orderId, "PARTIALLY_CAPTURED")
                        .path("capturedMinor")
                        .asLong())
                .isEqualTo(2 * 1_490);

        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");
        waybill.deliver(orderId).expect(202);

        var order = waybill.awaitStatus(orderId, "DELIVERED");
        assertThat(order.path("shipments").findValuesAsString("status")).containsExactly("DELIVERED", "DELIVERED");
        waybill.awaitPayment(orderId, "CAPTURED");
        books.assertAddsUp(mug, 10, List.of(order));
        books.assertAddsUp(blanket, 5, List.of(order));
    }

    @Test
    void cancelsWhatHasNotShipped() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_ok", line(mug, 3));
        waybill.ship(orderId, line(mug, 1)).expect(202);
        waybill.awaitStatus(orderId, "PARTIALLY_SHIPPED");

        waybill.cancel(orderId, "One is enough").expect(202);

        var order = waybill.awaitStatus(orderId, "SHIPPED");
        assertThat(order.at("/lines/0/cancelled").asInt()).isEqualTo(2);
        books.assertAddsUp(mug, 10, List.of(order));
        assertThat(waybill.cancel(orderId, "Now that one too").expect(409).code())
                .isEqualTo("ORDER_NOT_CANCELLABLE");
    }

    @Test
    void takesGoodsBackAndGivesTheirPriceBack() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_ok", line(mug, 3));
        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");

        String returnId = idOf(waybill.requestReturn(orderId, "chipped", line(mug, 2)), "returnId");
        waybill.receiveReturn(orderId, returnId).expect(202);
        waybill.inspectReturn(orderId, returnId, mug, 1, 1).expect(202);

        var order = awaitReturn(orderId, "COMPLETED");
        assertThat(order.at("/refunded/minor").asLong()).isEqualTo(2 * 1_490);
        books.assertAddsUp(mug, 10, List.of(order));
        assertThat(waybill.requestReturn(orderId, "and these", line(mug, 2))
                        .expect(409)
                        .code())
                .isEqualTo("NOT_RETURNABLE");
    }

    @Test
    void givesOnlyAPartBackWhereAPartIsRight() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_ok", line(mug, 2));
        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");

        String returnId = idOf(waybill.requestReturn(orderId, "used", line(mug, 1)), "returnId");
        waybill.inspectReturn(orderId, returnId, mug, 0, 1, 500).expect(202);

        var order = awaitReturn(orderId, "COMPLETED");
        assertThat(order.at("/refunded/minor").asLong()).isEqualTo(500);
        assertThat(waybill.awaitPayment(orderId, "PARTIALLY_REFUNDED")
                        .path("refundedMinor")
                        .asLong())
                .isEqualTo(500);
        books.assertAddsUp(mug, 10, List.of(order));
    }

    @Test
    void exchangesGoodsForAnOrderThatIsLinkedToTheOld() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        waybill.offer(blanket, "Wool blanket", 7_900, 5);
        String orderId = confirmed("tok_ok", line(mug, 1));
        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");

        var answer = waybill.exchange(orderId, line(mug, 1), line(blanket, 1), "tok_ok");
        String returnId = idOf(answer, "returnId");
        String exchangeId = idOf(answer, "exchangeOrderId");

        var exchange = waybill.awaitStatus(exchangeId, "CONFIRMED");
        assertThat(exchange.path("exchangeFor").asString()).isEqualTo(orderId);
        waybill.inspectReturn(orderId, returnId, mug, 1, 0).expect(202);
        var old = awaitReturn(orderId, "COMPLETED");
        assertThat(old.at("/returns/0/exchangeOrderId").asString()).isEqualTo(exchangeId);
        books.assertAddsUp(mug, 10, List.of(old));
        books.assertAddsUp(blanket, 5, List.of(exchange));
    }

    @Test
    void servesBackordersInTheOrderTheyCameIn() {
        waybill.listBackorderable(mug, "Enamel mug", 1_490).expect(201);
        waybill.receive(mug, 1).expect(202);
        waybill.awaitJson(
                "/stock/" + mug,
                "a stock that knows it may be ordered ahead",
                stock -> stock.path("backorderable").asBoolean()
                        && stock.path("available").asInt() == 1);
        String first = confirmed("tok_ok", line(mug, 2));
        String second = confirmed("tok_ok", line(mug, 1));
        assertThat(waybill.ship(first).expect(409).code()).isEqualTo("NOTHING_TO_SHIP");

        waybill.receive(mug, 1).expect(202);
        waybill.awaitOrder(first, "its pieces", order -> !isBackordered(order));
        assertThat(isBackordered(waybill.order(second).json())).isTrue();
        waybill.receive(mug, 5).expect(202);
        waybill.awaitOrder(second, "its pieces", order -> !isBackordered(order));

        waybill.ship(first).expect(202);
        waybill.ship(second).expect(202);
        books.assertAddsUp(
                mug, 7, List.of(waybill.awaitStatus(first, "SHIPPED"), waybill.awaitStatus(second, "SHIPPED")));
    }

    @Test
    void keepsAnOrderWhoseMoneyIsRefusedAndItsGoodsInTheHouse() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_capture_fails", line(mug, 2));

        waybill.ship(orderId).expect(202);

        var order = waybill.awaitOrder(
                orderId,
                "a refused shipment",
                refused -> refused.at("/shipments/0/status").asString("").equals("REFUSED"));
        assertThat(order.path("status").asString()).isEqualTo("CONFIRMED");
        books.assertAddsUp(mug, 10, List.of(order));
        waybill.cancel(orderId, "Cannot be paid").expect(202);
        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "CANCELLED")));
    }

    @Test
    void neverAltersAPlacedOrderWhenItsPriceChanges() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_ok", line(mug, 2));

        waybill.listProduct(mug, "Enamel mug, now gold", 99_000).expect(200);
        waybill.ship(orderId).expect(202);

        var order = waybill.awaitStatus(orderId, "SHIPPED");
        assertThat(order.at("/shipped/minor").asLong()).isEqualTo(2 * 1_490);
        books.assertAddsUp(mug, 10, List.of(order));
    }

    /** Nobody gave these requests a key: each window is a request of its own. */
    @Test
    void shipsOnceWhenTwoWindowsSendTheWholeOrderOff() throws Exception {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
        String orderId = confirmed("tok_ok", line(mug, 2));
        var window = (Callable<Answer>) () -> waybill.ship(orderId, line(mug, 2));

        var answers = new ArrayList<Integer>();
        try (var windows = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : windows.invokeAll(List.of(window, window, window))) {
                answers.add(answer.get().status());
            }
        }

        assertThat(answers).containsExactlyInAnyOrder(202, 409, 409);
        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "SHIPPED")));
    }

    private String confirmed(String token, NewOrder.Line... lines) {
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, token, lines));
        waybill.awaitStatus(orderId, "CONFIRMED");
        return orderId;
    }

    private JsonNode awaitReturn(String orderId, String status) {
        return waybill.awaitOrder(
                orderId,
                "a return that is " + status,
                order -> order.at("/returns/0/status").asString("").equals(status));
    }

    private static boolean isBackordered(JsonNode order) {
        return order.at("/lines/0/backordered").asBoolean();
    }

    private static String idOf(Answer answer, String name) {
        return answer.expect(202).json().path(name).asString();
    }
}
