package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** Whatever the payment provider does, or fails to do, costs time at most. */
@ExtendWith(WaybillExtension.class)
class ProviderTest {

    private final WaybillSystem system;
    private final WaybillClient waybill;
    private final Sandbox sandbox;
    private final Books books;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("bank");

    ProviderTest(WaybillSystem system, WaybillClient waybill) {
        this.system = system;
        this.waybill = waybill;
        this.sandbox = new Sandbox(system.url(Service.PAYMENT_SERVICE));
        this.books = new Books(waybill);
    }

    @BeforeEach
    void offerMugs() {
        waybill.offer(mug, "Enamel mug", 1_490, 10);
    }

    @AfterEach
    void behaveAgain() {
        sandbox.behave();
    }

    @Test
    void confirmsAnOrderOnceItsCustomerHasAgreedAtTheBankHoweverOftenThatIsTold() {
        sandbox.misbehave("duplicateWebhooks");
        String orderId = place("tok_3ds");
        var payment = waybill.awaitPayment(orderId, "ACTION_REQUIRED");
        assertThat(payment.path("actionUrl").asString()).isNotEmpty();

        sandbox.customerSays(payment.path("paymentId").asString(), true);

        var order = waybill.awaitStatus(orderId, "CONFIRMED");
        books.assertAddsUp(mug, 10, List.of(order));
        assertThat(events(orderId)).containsOnlyOnce("PaymentAuthorized", "OrderConfirmed");
    }

    @Test
    void rejectsAnOrderWhoseCustomerDidNotAgreeAtTheBank() {
        String orderId = place("tok_3ds");
        var payment = waybill.awaitPayment(orderId, "ACTION_REQUIRED");

        sandbox.customerSays(payment.path("paymentId").asString(), false);

        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "REJECTED")));
    }

    @Test
    void findsOutThatTheCustomerHasAgreedThoughNobodySaidSo() {
        sandbox.misbehave("webhooksLost");
        String orderId = place("tok_3ds");
        var payment = waybill.awaitPayment(orderId, "ACTION_REQUIRED");

        sandbox.customerSays(payment.path("paymentId").asString(), true);

        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "CONFIRMED")));
    }

    @Test
    void delaysOrdersWhileTheProviderIsAwayAndLosesNone() {
        sandbox.misbehave("unreachable");
        String patient = place("tok_ok");
        String impatient = place("tok_ok");
        awaitUnknown(patient);
        awaitUnknown(impatient);
        assertThat(waybill.order(patient).json().path("status").asString()).isEqualTo("PLACED");
        waybill.cancel(impatient, "Took too long").expect(202);
        waybill.awaitStatus(impatient, "CANCELLED");
        waybill.receive(mug, 5).expect(202);

        sandbox.behave();

        var orders = List.of(waybill.awaitStatus(patient, "CONFIRMED"), waybill.awaitStatus(impatient, "CANCELLED"));
        books.assertAddsUp(mug, 15, orders);
        waybill.awaitJson(
                "/ops/payments",
                "a provider that owes no answer",
                waiting -> !waiting.path("items").findValuesAsString("orderId").contains(patient)
                        && !waiting.path("items").findValuesAsString("orderId").contains(impatient));
    }

    @Test
    void takesTheMoneyOnceThoughTheProviderKeepsItsAnswersToItself() {
        String orderId = confirmed();
        sandbox.misbehave("answersLost");

        waybill.ship(orderId).expect(202);
        awaitUnknown(orderId);
        sandbox.behave();

        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "SHIPPED")));
        assertThat(events(orderId)).containsOnlyOnce("PaymentCaptured", "CaptureCompleted", "OrderShipped");
    }

    @Test
    void holdsAnewWhatRanOutOfTimeBeforeItShips() {
        String orderId = confirmed();
        String paymentId =
                waybill.awaitPayment(orderId, "AUTHORIZED").path("paymentId").asString();

        sandbox.expire(paymentId);
        waybill.awaitTimeline(orderId, "AuthorizationExpired");
        waybill.awaitPayment(orderId, "AUTHORIZED");
        waybill.ship(orderId).expect(202);

        books.assertAddsUp(mug, 10, List.of(waybill.awaitStatus(orderId, "SHIPPED")));
    }

    @Test
    void saysThatARefundWasRefusedAndGivesTheMoneyBackWhenSomebodyHasItTriedAgain() {
        String orderId = confirmed();
        waybill.ship(orderId).expect(202);
        waybill.awaitStatus(orderId, "SHIPPED");
        sandbox.misbehave("refundRefused");
        String returnId = waybill.requestReturn(orderId, "chipped", line(mug, 2))
                .expect(202)
                .json()
                .path("returnId")
                .asString();

        waybill.inspectReturn(orderId, returnId, mug, 2, 0).expect(202);

        var order = waybill.awaitOrder(
                orderId,
                "a refused refund",
                refused -> refused.at("/returns/0/status").asString("").equals("REFUND_REFUSED"));
        books.assertAddsUp(mug, 10, List.of(order));
        waybill.awaitJson(
                "/ops/sagas?stalled=true&orderId=" + orderId,
                "a return that waits for somebody",
                waiting -> waiting.at("/items/0/processId").asString("").equals(returnId));

        sandbox.behave();
        waybill.post("/ops/sagas/" + returnId + "/retry", "").expect(202);

        var completed = waybill.awaitOrder(
                orderId,
                "its money back",
                refunded -> refunded.at("/returns/0/status").asString("").equals("COMPLETED"));
        assertThat(completed.at("/refunded/minor").asLong()).isEqualTo(2 * 1_490);
        books.assertAddsUp(mug, 10, List.of(completed));
    }

    @Test
    void findsAHoldThatNobodyKnowsOfAndLiftsItWhenAskedTo() {
        system.stop(Service.PAYMENT_SERVICE);
        system.start(Service.PAYMENT_SERVICE, "--waybill.payment.reconciliation.grace=PT0S");
        String orphan = UUID.randomUUID().toString();
        sandbox.hold(orphan, orphan, UUID.randomUUID().toString(), 5_000);

        var found = reconciled(orphan).orElseThrow();
        assertThat(found.path("kind").asString()).isEqualTo("ORPHAN_AUTHORIZATION");
        assertThat(found.at("/found/minor").asLong()).isEqualTo(5_000);
        String discrepancyId = found.path("discrepancyId").asString();
        waybill.post("/ops/discrepancies/" + discrepancyId + "/repair", "").expect(200);

        var repaired =
                waybill.get("/ops/discrepancies/" + discrepancyId).expect(200).json();
        assertThat(repaired.path("state").asString()).isEqualTo("REPAIRED");
        assertThat(reconciled(orphan).map(again -> again.path("state").asString("")))
                .as("nothing is held any more")
                .hasValue("REPAIRED");
    }

    /** Compares all books and returns what is said about an authorization, if anything is. */
    private Optional<JsonNode> reconciled(String authorizationId) {
        String run = waybill.post("/ops/reconciliations", "{}")
                .expect(202)
                .json()
                .path("reconciliationId")
                .asString();
        waybill.awaitJson(
                "/ops/reconciliations/" + run,
                "the end of a reconciliation",
                progress -> progress.path("state").asString("").equals("COMPLETED"));
        var queue = waybill.get("/ops/discrepancies?limit=200").expect(200).json();
        return queue.path("items")
                .valueStream()
                .filter(entry -> entry.path("authorizationId").asString().equals(authorizationId))
                .findFirst();
    }

    private String place(String token) {
        return waybill.placeUntilAccepted(NewOrder.of(customer, token, line(mug, 2)));
    }

    private String confirmed() {
        String orderId = place("tok_ok");
        waybill.awaitStatus(orderId, "CONFIRMED");
        return orderId;
    }

    private void awaitUnknown(String orderId) {
        waybill.awaitJson(
                "/ops/payments?unknown=true",
                "order " + orderId + " among those of which nobody knows",
                waiting -> waiting.path("items").findValuesAsString("orderId").contains(orderId));
    }

    private List<String> events(String orderId) {
        return waybill.timeline(orderId).expect(200).json().path("entries").findValuesAsString("type");
    }
}
