package io.waybill.systemtests;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The books that must balance when nothing is in progress, whatever happened on the way. */
final class Books {

    private final WaybillClient waybill;

    Books(WaybillClient waybill) {
        this.waybill = waybill;
    }

    /**
     * Checks that what orders hold of a product is what its stock has set aside, that what left the house is gone, and
     * that money was taken for what was shipped and kept and for nothing else. Waits for what follows the end of a
     * process: releases, voids, refunds.
     *
     * @param orders all there are for the product, with nothing in progress
     */
    void assertAddsUp(String sku, int received, List<JsonNode> orders) {
        int gone = 0;
        int held = 0;
        for (JsonNode order : orders) {
            for (JsonNode line : order.path("lines")) {
                if (line.path("sku").asString().equals(sku)) {
                    gone += line.path("shipped").asInt();
                    held += isLive(order) && !line.path("backordered").asBoolean() ? open(line) : 0;
                }
            }
            gone -= restocked(order, sku);
        }
        int onHand = received - gone;
        int reserved = held;
        waybill.awaitJson(
                "/stock/" + sku,
                "%d on hand and %d reserved".formatted(onHand, reserved),
                stock -> stock.path("onHand").asInt() == onHand
                        && stock.path("reserved").asInt() == reserved);
        orders.forEach(this::assertPaid);
    }

    private static int open(JsonNode line) {
        return line.path("quantity").asInt()
                - line.path("shipped").asInt()
                - line.path("cancelled").asInt();
    }

    private static int restocked(JsonNode order, String sku) {
        int restocked = 0;
        for (JsonNode goods : order.path("returns")) {
            for (JsonNode line : goods.path("inspected")) {
                restocked += line.path("sku").asString().equals(sku)
                        ? line.path("restocked").asInt()
                        : 0;
            }
        }
        return restocked;
    }

    private void assertPaid(JsonNode order) {
        String orderId = order.path("orderId").asString();
        long owedMinor = order.at("/shipped/minor").asLong()
                - order.at("/refunded/minor").asLong();
        long heldMinor = isLive(order) ? openMinor(order) : 0;
        waybill.awaitJson(
                "/payments?orderId=" + orderId,
                "one payment at most, with %d kept and %d held for order %s".formatted(owedMinor, heldMinor, order),
                answer -> answer.path("items").size() <= 1
                        && keptMinor(answer) == owedMinor
                        && (heldMinor == 0 ? sum(answer, "heldMinor") == 0 : sum(answer, "heldMinor") >= heldMinor));
    }

    private static long openMinor(JsonNode order) {
        long minor = 0;
        for (JsonNode line : order.path("lines")) {
            minor += open(line) * line.at("/unitPrice/minor").asLong();
        }
        return minor;
    }

    private static boolean isLive(JsonNode order) {
        return Set.of("CONFIRMED", "PARTIALLY_SHIPPED")
                .contains(order.path("status").asString());
    }

    private static long keptMinor(JsonNode payments) {
        return sum(payments, "capturedMinor") - sum(payments, "refundedMinor");
    }

    private static long sum(JsonNode payments, String amount) {
        long minor = 0;
        for (JsonNode payment : payments.path("items")) {
            minor += payment.path(amount).asLong();
        }
        return minor;
    }
}
