package io.waybill.systemtests.chaos;

import io.waybill.messages.DerivedId;
import io.waybill.systemtests.Sandbox;
import io.waybill.systemtests.Service;
import io.waybill.systemtests.chaos.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import tools.jackson.databind.JsonNode;

/** Customers and clerks, each with a seed of their own, who do all that the API offers, again and again. */
final class Load {

    /** Short, so that customers who never come are part of a short run too. */
    static final String CONFIRMATION_DEADLINE = "PT20S";

    static final String CHECKOUT_DEADLINE = "PT45S";

    private static final int PRODUCTS = 6;
    /** One that no customer orders, so that there is always enough of it. */
    private static final int CANARY_PRODUCT = PRODUCTS;

    private static final int CUSTOMERS = 12;
    // Both long enough that a recovery is more than a measure of what the load leaves to a process that starts.
    private static final long THINK_MILLIS = 1_000;
    private static final long LOOK_MILLIS = 1_000;
    /** Longer than the longest fault and its mending; who waits longer has found something. */
    private static final long PATIENCE_MILLIS = 90_000;

    private static final List<String> TOKENS = List.of(
            "tok_ok",
            "tok_ok",
            "tok_ok",
            "tok_ok",
            "tok_ok",
            "tok_declined",
            "tok_insufficient_funds",
            "tok_timeout",
            "tok_timeout_lost",
            "tok_3ds",
            "tok_3ds",
            "tok_capture_fails");

    private static final Set<String> ENDED = Set.of("REJECTED", "CANCELLED");

    private final Client client;
    private final Fleet fleet;
    private final long seed;
    private final AtomicBoolean over = new AtomicBoolean();
    private final List<Thread> people = new ArrayList<>();

    Load(Client client, Fleet fleet, long seed) {
        this.client = client;
        this.fleet = fleet;
        this.seed = seed;
    }

    static String sku(int number) {
        return "SKU-" + number;
    }

    /** Puts products on sale, one in three of which can be ordered beyond what is there. */
    void openShop() {
        for (int i = 0; i <= CANARY_PRODUCT; i++) {
            var product = Map.of(
                    "name",
                    "Product " + i,
                    "unitPrice",
                    Map.of("minor", 500 + 250 * i, "currency", "EUR"),
                    "backorderable",
                    i % 3 == 2);
            client.put("list product", "/products/" + sku(i), product, waiting());
            receive(i, i == CANARY_PRODUCT ? 10_000 : 30, "opening-" + i);
        }
    }

    void begin() {
        for (int i = 0; i < CUSTOMERS; i++) {
            var choices = new SplittableRandom(seed * 31 + i);
            String customer = "customer-" + i;
            people.add(Thread.ofVirtual().name(customer).start(() -> shop(customer, choices)));
        }
        people.add(Thread.ofVirtual().name("clerk").start(() -> keepStock(new SplittableRandom(seed * 31 - 1))));
    }

    /** Lets everybody finish what they are at, and fills up what orders wait for. */
    void end() throws InterruptedException {
        over.set(true);
        for (Thread person : people) {
            person.join();
        }
        for (int i = 0; i < PRODUCTS; i++) {
            receive(i, 1_000, "closing-" + i);
        }
    }

    /** An order of which everybody knows how it ends. */
    String placeCanary(String key) {
        return place("canary", "canary-customer", "tok_ok", List.of(line(CANARY_PRODUCT, 1)), key)
                .effectId();
    }

    private void shop(String customer, SplittableRandom choices) {
        for (int i = 0; !over.get(); i++) {
            buy(customer, customer + "-" + i, choices);
            Client.pause(choices.nextLong(THINK_MILLIS));
        }
    }

    /** The life of one order, as far as it gets. */
    private void buy(String customer, String key, SplittableRandom choices) {
        String token = TOKENS.get(choices.nextInt(TOKENS.size()));
        int first = choices.nextInt(PRODUCTS);
        List<Map<String, Object>> lines = new ArrayList<>(List.of(line(first, 1 + choices.nextInt(3))));
        if (choices.nextBoolean()) {
            lines.add(line((first + 1) % PRODUCTS, 1 + choices.nextInt(2)));
        }
        var placed = place("place", customer, token, lines, key);
        if (placed.outcome() == Outcome.REFUSED) {
            return;
        }
        String orderId = placed.effectId();
        if (choices.nextInt(8) == 0) {
            placeAgain(placed, customer, token, lines);
        }
        if (choices.nextInt(8) == 0) {
            change("cancel", orderId, "cancel", key + "-early", Map.of("reason", "Changed my mind"));
        }
        if (token.equals("tok_3ds") && choices.nextInt(3) > 0) {
            answerTheBank(DerivedId.payment(orderId), choices.nextInt(4) > 0);
        }
        if (isConfirmed(orderId)) {
            handle(orderId, key, first, choices);
        }
    }

    private void placeAgain(Operation placed, String customer, String token, List<Map<String, Object>> lines) {
        place("place again", customer, token, lines, placed.key());
    }

    private void handle(String orderId, String key, int product, SplittableRandom choices) {
        if (choices.nextInt(4) == 0) {
            change("amend", orderId, "amend", key + "-amend", Map.of("lines", List.of(line(product, 2))));
        }
        if (choices.nextInt(8) == 0) {
            change("cancel", orderId, "cancel", key + "-late", Map.of("reason", "Took too long"));
        }
        if (choices.nextInt(4) == 0) {
            var part = Map.of("lines", List.of(line(product, 1)));
            change("ship a part", orderId, "shipments", key + "-part", part);
        }
        if (choices.nextInt(5) > 0) {
            change("ship", orderId, "shipments", key + "-ship", Map.of());
        }
        if (!comes(orderId, order -> order.at("/shipped/minor").asLong() > 0)) {
            return;
        }
        change("deliver", orderId, "deliveries", key + "-deliver", Map.of());
        switch (choices.nextInt(6)) {
            case 0, 1 -> sendBack(orderId, key, product, choices);
            case 2 -> exchange(orderId, key, product, choices);
            case 3 -> {
                var refund = Map.of("amount", Map.of("minor", 100, "currency", "EUR"), "reason", "It came late");
                String path = "/payments/" + DerivedId.payment(orderId) + "/refunds";
                client.post("refund", path, key + "-refund", refund, waiting());
            }
            default -> {}
        }
    }

    private void sendBack(String orderId, String key, int product, SplittableRandom choices) {
        var goods = Map.of("lines", List.of(line(product, 1)), "reason", "Broken");
        var returned = change("return", orderId, "returns", key + "-return", goods);
        if (returned.outcome() != Outcome.REFUSED) {
            takeBack(orderId, returned.effectId(), key, product, choices.nextInt(2));
        }
    }

    private void exchange(String orderId, String key, int product, SplittableRandom choices) {
        var wish = Map.of(
                "lines",
                List.of(line(product, 1)),
                "reason",
                "Wrong colour",
                "wanted",
                List.of(line((product + 3) % PRODUCTS, 1)),
                "paymentToken",
                "tok_ok");
        var exchanged = change("exchange", orderId, "exchanges", key + "-exchange", wish);
        if (exchanged.outcome() != Outcome.REFUSED) {
            takeBack(orderId, exchanged.effectId(), key, product, choices.nextInt(2));
        }
    }

    private void takeBack(String orderId, String returnId, String key, int product, int restocked) {
        String path = "returns/" + returnId;
        change("receive return", orderId, path + "/receipts", key + "-back", Map.of());
        var found = Map.of("sku", sku(product), "restocked", restocked, "writtenOff", 1 - restocked);
        change("inspect", orderId, path + "/inspections", key + "-inspect", Map.of("lines", List.of(found)));
    }

    private void keepStock(SplittableRandom choices) {
        for (int i = 0; !over.get(); i++) {
            int product = choices.nextInt(PRODUCTS);
            String path = "/stock/" + sku(product);
            switch (choices.nextInt(6)) {
                case 0 ->
                    client.post(
                            "adjust",
                            path + "/adjustments",
                            "adjust-" + i,
                            Map.of("delta", choices.nextInt(2) == 0 ? -1 : 1, "reason", "Found out"),
                            waiting());
                case 1 ->
                    client.post(
                            "count",
                            path + "/counts",
                            "count-" + i,
                            Map.of("counted", 20 + choices.nextInt(20), "reason", "Looked"),
                            waiting());
                default -> receive(product, 1 + choices.nextInt(4), "receipt-" + i);
            }
            Client.pause(500 + choices.nextLong(500));
        }
    }

    private void receive(int product, int quantity, String key) {
        client.post("receive", "/stock/" + sku(product) + "/receipts", key, Map.of("quantity", quantity), waiting());
    }

    private Operation place(String kind, String customer, String token, List<Map<String, Object>> lines, String key) {
        var address = Map.of(
                "name", "Ada Lovelace",
                "line1", "12 St James's Square",
                "postalCode", "SW1Y 4JH",
                "city", "London",
                "country", "GB");
        var order = Map.of("customerId", customer, "lines", lines, "shippingAddress", address, "paymentToken", token);
        return client.post(kind, "/orders", key, order, waiting());
    }

    private Operation change(String kind, String orderId, String what, String key, Map<String, ?> body) {
        return client.post(kind, "/orders/" + orderId + "/" + what, key, body, waiting());
    }

    /** The customer says yes or no as soon as the bank asks. Who is asked is in the ledger that instances share. */
    private void answerTheBank(String authorizationId, boolean approved) {
        var waiting = waiting();
        do {
            for (Fleet.Member each : fleet.instancesOf(Service.PAYMENT_SERVICE)) {
                if (new Sandbox(each.url()).customerIsHeard(authorizationId, approved)) {
                    return;
                }
            }
            Client.pause(LOOK_MILLIS);
        } while (waiting.getAsBoolean());
    }

    private boolean isConfirmed(String orderId) {
        var ended = new boolean[1];
        comes(orderId, order -> {
            String status = order.path("status").asString("");
            ended[0] = ENDED.contains(status);
            return !status.equals("PLACED") && !status.isEmpty();
        });
        return !ended[0];
    }

    private boolean comes(String orderId, java.util.function.Predicate<JsonNode> wanted) {
        var waiting = new Patience(25_000);
        do {
            Optional<JsonNode> order = client.get("/orders/" + orderId);
            if (order.filter(wanted).isPresent()) {
                return true;
            }
            Client.pause(LOOK_MILLIS);
        } while (waiting.getAsBoolean());
        return false;
    }

    private static Map<String, Object> line(int product, int quantity) {
        return Map.of("sku", sku(product), "quantity", quantity);
    }

    private static BooleanSupplier waiting() {
        return new Patience(PATIENCE_MILLIS);
    }

    /** True until so much time has passed since it was made. */
    private static final class Patience implements BooleanSupplier {

        private final long until;

        Patience(long millis) {
            until = System.nanoTime() + millis * 1_000_000;
        }

        @Override
        public boolean getAsBoolean() {
            return System.nanoTime() < until;
        }
    }
}
