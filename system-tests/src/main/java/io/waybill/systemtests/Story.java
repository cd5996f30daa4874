package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A course that an order can take, and where it has to end. All of them together lead through every step of every
 * process.
 *
 * @param title in the words of the table
 * @param setting in which it takes place
 * @param from the step from which on it is of interest; null for all: what came before is told by another story
 * @param plot takes the course and waits for its end
 */
record Story(String title, Setting setting, @Nullable String from, Plot plot) {

    /** What has to be arranged for everybody at once, so that stories of different settings are not told together. */
    enum Setting {
        USUAL,
        REFUNDS_REFUSED,
        SHORT_DEADLINE
    }

    interface Plot {
        void take(Errand errand);
    }

    static final List<Story> ALL = List.of(
            usual("confirmed", Story::confirmed),
            usual("agreed at the bank", Story::agreedAtTheBank),
            usual("declined", Story::declined),
            usual("out of stock", Story::outOfStock),
            usual("amended", Story::amended),
            usual("amendment out of stock", Story::amendmentOutOfStock),
            usual("amendment declined at the bank", Story::amendmentDeclined),
            usual("a parcel of two", Story::partlyShipped),
            usual("shipped", Story::shipped),
            usual("money refused for a parcel", Story::shipmentRefused),
            usual("parcel given up", Story::shipmentGivenUp),
            usual("ordered ahead", Story::orderedAhead),
            usual("cancelled", Story::cancelled),
            usual("rest cancelled", Story::restCancelled),
            usual("returned", Story::returned),
            usual("return given up", Story::returnGivenUp),
            usual("exchanged", Story::exchanged),
            new Story("refund refused", Setting.REFUNDS_REFUSED, "return/REFUSING", Story::refundRefused),
            new Story("not paid in time", Setting.SHORT_DEADLINE, "checkout/REJECTING", Story::notPaidInTime));

    private static Story usual(String title, Plot plot) {
        return new Story(title, Setting.USUAL, null, plot);
    }

    // Checkout.

    private static void confirmed(Errand errand) {
        confirm(errand, "tok_ok");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void confirm(Errand errand, String token) {
        errand.offer();
        errand.place(token, line(errand.mug, 2), line(errand.blanket, 1));
        errand.awaitStatus("CONFIRMED");
    }

    private static void agreedAtTheBank(Errand errand) {
        confirmAtTheBank(errand);
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void confirmAtTheBank(Errand errand) {
        errand.offer();
        errand.place("tok_3ds", line(errand.mug, 2), line(errand.blanket, 1));
        errand.awaitStep(errand.orderId(), "AWAITING_CUSTOMER");
        errand.customerSays(true);
        errand.awaitStatus("CONFIRMED");
    }

    private static void declined(Errand errand) {
        errand.offer();
        errand.place("tok_declined", line(errand.mug, 2), line(errand.blanket, 1));
        endRejected(errand);
    }

    private static void outOfStock(Errand errand) {
        errand.offer();
        errand.place("tok_ok", line(errand.mug, 2), line(errand.blanket, Errand.BLANKETS + 1));
        endRejected(errand);
    }

    private static void notPaidInTime(Errand errand) {
        errand.offer();
        errand.place("tok_3ds", line(errand.mug, 2));
        endRejected(errand);
    }

    private static void endRejected(Errand errand) {
        errand.awaitStatus("REJECTED");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    // Amendment.

    private static void amended(Errand errand) {
        confirm(errand, "tok_ok");
        errand.ask(() -> errand.waybill.amend(errand.orderId(), line(errand.mug, 1), line(errand.blanket, 3)), 202);
        errand.awaitEvent("OrderAmended");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void amendmentOutOfStock(Errand errand) {
        confirm(errand, "tok_ok");
        errand.ask(() -> errand.waybill.amend(errand.orderId(), line(errand.mug, 3), line(errand.blanket, 9)), 202);
        errand.awaitEvent("AmendmentRefused");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void amendmentDeclined(Errand errand) {
        confirmAtTheBank(errand);
        String amendmentId = errand.ask(
                () -> errand.waybill.amend(errand.orderId(), line(errand.mug, 3), line(errand.blanket, 2)),
                202,
                "amendmentId");
        errand.awaitStep(amendmentId, "AWAITING_CUSTOMER");
        errand.customerSays(false);
        errand.awaitEvent("AmendmentRefused");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    // Shipment.

    private static void partlyShipped(Errand errand) {
        confirm(errand, "tok_ok");
        shipOneMug(errand);
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void shipOneMug(Errand errand) {
        errand.ask(() -> errand.waybill.ship(errand.orderId(), line(errand.mug, 1)), 202);
        errand.awaitStatus("PARTIALLY_SHIPPED");
    }

    private static void shipped(Errand errand) {
        confirm(errand, "tok_ok");
        ship(errand);
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void ship(Errand errand) {
        errand.ask(() -> errand.waybill.ship(errand.orderId()), 202);
        errand.awaitStatus("SHIPPED");
    }

    private static void shipmentRefused(Errand errand) {
        confirm(errand, "tok_capture_fails");
        errand.ask(() -> errand.waybill.ship(errand.orderId()), 202);
        errand.awaitEvent("ShipmentRefused");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    /** Somebody loses patience while the money is on the way; it comes all the same, and goes back. */
    private static void shipmentGivenUp(Errand errand) {
        confirm(errand, "tok_ok");
        var capture = errand.holdProvider("capture");
        String shipmentId = errand.ask(() -> errand.waybill.ship(errand.orderId()), 202, "shipmentId");
        capture.reached().join();
        // What it asked for is under way before it is stored that it did.
        errand.awaitStep(shipmentId, "CAPTURING");
        giveUp(errand, shipmentId);
        errand.awaitStep(shipmentId, "AWAITING_CAPTURE");
        capture.open();
        errand.awaitEvent("RefundCompleted");
        errand.ask(() -> errand.waybill.cancel(errand.orderId(), "took too long"), 202);
        errand.awaitStatus("CANCELLED");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void giveUp(Errand errand, String processId) {
        errand.ask(
                () -> errand.waybill.post("/ops/sagas/" + processId + "/resolve", "{\"reason\":\"took too long\"}"),
                202);
    }

    private static void orderedAhead(Errand errand) {
        errand.offerAhead();
        errand.place("tok_ok", line(errand.mug, 2));
        errand.awaitStatus("CONFIRMED");
        errand.ask(() -> errand.waybill.receive(errand.mug, Errand.MUGS), 202);
        errand.awaitEvent("BackorderArrived");
        errand.assertAddsUp(Errand.MUGS, 0);
    }

    // Cancellation.

    private static void cancelled(Errand errand) {
        confirm(errand, "tok_ok");
        errand.ask(() -> errand.waybill.cancel(errand.orderId(), "changed my mind"), 202);
        errand.awaitStatus("CANCELLED");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void restCancelled(Errand errand) {
        confirm(errand, "tok_ok");
        shipOneMug(errand);
        errand.ask(() -> errand.waybill.cancel(errand.orderId(), "one is enough"), 202);
        errand.awaitStatus("SHIPPED");
        errand.awaitEvent("PaymentSettled");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    // Return and exchange.

    private static void returned(Errand errand) {
        confirm(errand, "tok_ok");
        ship(errand);
        sendBack(errand);
        errand.awaitEvent("ReturnCompleted");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static String sendBack(Errand errand) {
        String returnId = errand.ask(
                () -> errand.waybill.requestReturn(errand.orderId(), "chipped", line(errand.mug, 2)), 202, "returnId");
        inspect(errand, returnId);
        return returnId;
    }

    private static void inspect(Errand errand, String returnId) {
        errand.ask(() -> errand.waybill.inspectReturn(errand.orderId(), returnId, errand.mug, 1, 1), 202);
    }

    private static void returnGivenUp(Errand errand) {
        confirm(errand, "tok_ok");
        ship(errand);
        var refund = errand.holdProvider("refund");
        String returnId = sendBack(errand);
        refund.reached().join();
        errand.awaitEvent("StockReturned");
        errand.awaitStep(returnId, "SETTLING");
        giveUp(errand, returnId);
        errand.awaitStep(returnId, "AWAITING_REFUND");
        refund.open();
        errand.awaitEvent("ReturnCompleted");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void refundRefused(Errand errand) {
        confirm(errand, "tok_ok");
        ship(errand);
        sendBack(errand);
        errand.awaitEvent("ReturnRefundRefused");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }

    private static void exchanged(Errand errand) {
        confirm(errand, "tok_ok");
        ship(errand);
        var answer = new String[2];
        errand.ask(
                () -> {
                    Answer accepted = errand.waybill.exchange(
                            errand.orderId(), line(errand.mug, 1), line(errand.blanket, 1), "tok_ok");
                    answer[0] = accepted.json().path("exchangeOrderId").asString();
                    answer[1] = accepted.json().path("returnId").asString();
                    errand.admit(answer[0]);
                    return accepted;
                },
                202);
        errand.waybill.awaitStatus(answer[0], "CONFIRMED");
        errand.ask(() -> errand.waybill.inspectReturn(errand.orderId(), answer[1], errand.mug, 1, 0), 202);
        errand.awaitEvent("ReturnCompleted");
        errand.assertAddsUp(Errand.MUGS, Errand.BLANKETS);
    }
}
