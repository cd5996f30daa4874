package io.waybill.systemtests;

import java.util.List;
import java.util.UUID;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An order as a customer sends it. The key makes it one order, however often it is sent. */
record NewOrder(String customerId, List<Line> lines, String paymentToken, String idempotencyKey) {

    record Line(String sku, int quantity) {}

    static NewOrder of(String customerId, String paymentToken, Line... lines) {
        return new NewOrder(
                customerId, List.of(lines), paymentToken, UUID.randomUUID().toString());
    }

    static Line line(String sku, int quantity) {
        return new Line(sku, quantity);
    }

    /** The same order under a key of its own, that is, another order. */
    NewOrder again() {
        return new NewOrder(customerId, lines, paymentToken, UUID.randomUUID().toString());
    }

    ObjectNode json() {
        var order = JsonNodeFactory.instance.objectNode();
        order.put("customerId", customerId);
        order.set("lines", json(lines));
        order.putObject("shippingAddress")
                .put("name", "Ada Lovelace")
                .put("line1", "12 St James's Square")
                .put("postalCode", "SW1Y 4JH")
                .put("city", "London")
                .put("country", "GB");
        order.put("paymentToken", paymentToken);
        return order;
    }

    static ArrayNode json(List<Line> lines) {
        var json = JsonNodeFactory.instance.arrayNode();
        for (Line line : lines) {
            json.addObject().put("sku", line.sku()).put("quantity", line.quantity());
        }
        return json;
    }
}
