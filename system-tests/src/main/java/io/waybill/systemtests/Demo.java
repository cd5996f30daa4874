package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A day in the shop on a running Waybill: orders that are confirmed, declined, out of stock, cancelled, amended and
 * ordered ahead, parcels and a return. Prints the timeline of each order and then whether orders, stock and payments add
 * up; the exit code says the same.
 */
final class Demo {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final int MUGS_RECEIVED = 10;
    private static final int BLANKETS_RECEIVED = 3;

    private final WaybillClient waybill;
    private final List<String> faults = new ArrayList<>();

    /** Each run has its own products and customer, so that a store full of earlier runs does not matter. */
    private final String run =
            Long.toString(System.currentTimeMillis(), Character.MAX_RADIX).toUpperCase(Locale.ROOT);

    private final String mug = "MUG-" + run;
    private final String blanket = "BLANKET-" + run;
    private final String kettle = "KETTLE-" + run;
    private final String customer = "ada-" + run.toLowerCase(Locale.ROOT);

    private Demo(WaybillClient waybill) {
        this.waybill = waybill;
    }

    /** Tells the demo to the API at the address given, such as {@code http://127.0.0.1:8080/api}. */
    public static void main(String[] args) {
        if (args.length != 1) {
            System.err.println("Usage: demo <address of the API>");
            System.exit(2);
        }
        var demo = new Demo(new WaybillClient(args[0]));
        try {
            demo.tell();
        } catch (AssertionError e) {
            System.err.println("The demo broke off: " + e.getMessage());
            System.exit(1);
        }
        System.exit(demo.faults.isEmpty() ? 0 : 1);
    }

    private void tell() {
        waybill.offer(mug, "Enamel mug", 1_490, MUGS_RECEIVED);
        waybill.offer(blanket, "Wool blanket", 7_900, BLANKETS_RECEIVED);
        waybill.listBackorderable(kettle, "Copper kettle", 12_000).expect(201);
        System.out.printf(
                "On sale: %d enamel mugs (%s) at 14.90 EUR, %d wool blankets (%s) at 79.00 EUR,%n"
                        + "and a copper kettle (%s) at 120.00 EUR that can be ordered ahead%n",
                MUGS_RECEIVED, mug, BLANKETS_RECEIVED, blanket, kettle);

        verdict(List.of(confirmed(), declined(), outOfStock(), cancelled(), amended(), orderedAhead()));
    }

    private String confirmed() {
        String orderId = place(
                "1. Confirmed: two mugs and a blanket in two parcels, each paid as it leaves; one mug comes back",
                NewOrder.of(customer, "tok_ok", line(mug, 2), line(blanket, 1)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.ship(orderId, line(mug, 2)).expect(202);
        waybill.awaitStatus(orderId, "PARTIALLY_SHIPPED");
        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");
        waybill.deliver(orderId).expect(202);
        waybill.awaitStatus(orderId, "DELIVERED");
        String returnId = waybill.requestReturn(orderId, "ONE_TOO_MANY", line(mug, 1))
                .expect(202)
                .json()
                .path("returnId")
                .asString();
        waybill.inspectReturn(orderId, returnId, mug, 1, 0).expect(202);
        end(orderId, "DELIVERED", "", "ReturnCompleted");
        return orderId;
    }

    private String declined() {
        String orderId = place(
                "2. Declined: three mugs, but the bank says no; the mugs go back",
                NewOrder.of(customer, "tok_declined", line(mug, 3)));
        end(orderId, "REJECTED", "DECLINED", "StockReleased");
        return orderId;
    }

    private String outOfStock() {
        String orderId = place(
                "3. Out of stock: one mug and fifty blankets; the mug goes back, nobody is charged",
                NewOrder.of(customer, "tok_ok", line(mug, 1), line(blanket, 50)));
        end(orderId, "REJECTED", "OUT_OF_STOCK", "StockReleased");
        return orderId;
    }

    private String cancelled() {
        String orderId = place(
                "4. Cancelled: four mugs, confirmed; then the customer thinks again and the hold is lifted",
                NewOrder.of(customer, "tok_ok", line(mug, 4)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.cancel(orderId, "CHANGED_MY_MIND").expect(202);
        end(orderId, "CANCELLED", "CHANGED_MY_MIND", "PaymentUndone");
        return orderId;
    }

    private String amended() {
        String orderId = place(
                "5. Amended: one mug, then two and a blanket; the difference is reserved and authorized, then all is sent",
                NewOrder.of(customer, "tok_ok", line(mug, 1)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.amend(orderId, line(mug, 2), line(blanket, 1)).expect(202);
        waybill.awaitTimeline(orderId, "OrderAmended");
        waybill.ship(orderId).expect(202);
        end(orderId, "SHIPPED", "", "PaymentSettled");
        return orderId;
    }

    private String orderedAhead() {
        String orderId = place(
                "6. Ordered ahead: a kettle that is not there yet; it is sent when it has come in",
                NewOrder.of(customer, "tok_ok", line(kettle, 1)));
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.receive(kettle, 1).expect(202);
        waybill.awaitTimeline(orderId, "BackorderArrived");
        waybill.ship(orderId).expect(202);
        end(orderId, "SHIPPED", "", "PaymentSettled");
        return orderId;
    }

    private String place(String title, NewOrder order) {
        System.out.printf("%n%s%n", title);
        return waybill.placeUntilAccepted(order);
    }

    /** Waits for the end of an order, prints its timeline and notes an end that is not the expected one. */
    private void end(String orderId, String status, String reason, String lastEvent) {
        var order = waybill.awaitStatus(orderId, status);
        var timeline = waybill.awaitTimeline(orderId, lastEvent);
        String actualReason = order.path("reason").asString("");
        check(
                actualReason.equals(reason),
                "order %s has reason '%s', not '%s'".formatted(orderId, actualReason, reason));
        System.out.printf(
                "   Order %s of %s: %s%s%n",
                orderId, money(order.path("total")), status, reason.isEmpty() ? "" : " (" + reason + ")");
        print(timeline.path("entries"));
    }

    private static void print(JsonNode entries) {
        var positions = new HashMap<String, Long>();
        System.out.printf(
                "   %8s  %-12s  %-15s  %-23s  %-12s  %-9s  %s%n",
                "position", "time", "service", "event", "actor", "cause", "what");
        for (JsonNode entry : entries) {
            long position = entry.path("position").asLong();
            positions.put(entry.path("eventId").asString(), position);
            System.out.printf(
                    "   %8d  %-12s  %-15s  %-23s  %-12s  %-9s  %s%n",
                    position,
                    TIME.format(Instant.parse(entry.path("at").asString())),
                    entry.path("service").asString("-"),
                    entry.path("type").asString(),
                    shortened(entry.path("actor").asString("-"), 12),
                    cause(entry, positions),
                    entry.path("summary").asString(""));
        }
    }

    /** An event of the same order by its position, anything else by the end of its ID, where IDs differ. */
    private static String cause(JsonNode entry, Map<String, Long> positions) {
        String cause = entry.path("causationId").asString("-");
        Long position = positions.get(cause);
        return position == null ? cause.substring(Math.max(0, cause.length() - 8)) : "#" + position;
    }

    private void verdict(List<String> orders) {
        int mugsLeft = MUGS_RECEIVED - 2 + 1 - 2;
        int blanketsLeft = BLANKETS_RECEIVED - 1 - 1;
        checkStock(mug, mugsLeft);
        checkStock(blanket, blanketsLeft);
        checkStock(kettle, 0);

        long keptMinor = 0;
        for (String orderId : orders) {
            var order = waybill.order(orderId).expect(200).json();
            long owedMinor = order.at("/shipped/minor").asLong()
                    - order.at("/refunded/minor").asLong();
            keptMinor += owedMinor;
            checkPayment(orderId, owedMinor);
        }
        int soldMinor = (1 + 2) * 1_490 + 2 * 7_900 + 12_000;
        check(keptMinor == soldMinor, "kept %d for goods of %d".formatted(keptMinor, soldMinor));
        int seen = waybill.ordersOf(customer).size();
        check(seen == orders.size(), "the customer sees %d orders, not %d".formatted(seen, orders.size()));

        System.out.println();
        if (faults.isEmpty()) {
            System.out.printf(
                    "VERDICT: right. %d orders ended as they should; %d of %d mugs and %d of %d blankets are left; "
                            + "%s kept, which is what was shipped and not sent back.%n",
                    orders.size(), mugsLeft, MUGS_RECEIVED, blanketsLeft, BLANKETS_RECEIVED, money(keptMinor, "EUR"));
        } else {
            System.out.println("VERDICT: WRONG.");
            faults.forEach(fault -> System.out.println("  - " + fault));
        }
    }

    /** Waits for what follows the end of an order: the payment that is settled or undone. */
    private void checkPayment(String orderId, long owedMinor) {
        try {
            waybill.awaitJson(
                    "/payments?orderId=" + orderId,
                    "%d kept and nothing held for order %s".formatted(owedMinor, orderId),
                    payments -> sum(payments, "capturedMinor") - sum(payments, "refundedMinor") == owedMinor
                            && sum(payments, "heldMinor") == 0);
        } catch (AssertionError e) {
            faults.add(e.getMessage());
        }
    }

    private static long sum(JsonNode payments, String amount) {
        long minor = 0;
        for (JsonNode payment : payments.path("items")) {
            minor += payment.path(amount).asLong();
        }
        return minor;
    }

    private void checkStock(String sku, int left) {
        try {
            var stock = waybill.awaitAvailable(sku, left);
            check(
                    stock.path("onHand").asInt() == left
                            && stock.path("reserved").asInt() == 0,
                    "stock of %s does not add up: %s".formatted(sku, stock));
        } catch (AssertionError e) {
            faults.add(e.getMessage());
        }
    }

    private void check(boolean holds, String fault) {
        if (!holds) {
            faults.add(fault);
        }
    }

    private static String money(JsonNode money) {
        return money(money.path("minor").asLong(), money.path("currency").asString());
    }

    private static String money(long minor, String currency) {
        return String.format(Locale.ROOT, "%d.%02d %s", minor / 100, minor % 100, currency);
    }

    private static String shortened(String text, int length) {
        return text.length() <= length ? text : text.substring(0, length);
    }
}
