package io.waybill.systemtests;

import static io.waybill.systemtests.NewOrder.line;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client that got no answer sends its request again, and must get what it would have got. */
@ExtendWith(WaybillExtension.class)
class RepeatedRequestTest {

    private static final int RACERS = 8;

    private final WaybillClient waybill;
    private final String mug = Names.sku("mug");
    private final String customer = Names.customer("grace");

    RepeatedRequestTest(WaybillClient waybill) {
        this.waybill = waybill;
    }

    @BeforeEach
    void offerMugs() {
        waybill.offer(mug, "Enamel mug", 1_490, 100);
        String probe = waybill.placeUntilAccepted(NewOrder.of(Names.customer("probe"), "tok_declined", line(mug, 1)));
        waybill.awaitStatus(probe, "REJECTED");
    }

    @Test
    void givesTheFirstAnswerAgainAndPlacesOneOrder() {
        var order = NewOrder.of(customer, "tok_ok", line(mug, 2));

        var first = waybill.place(order).expect(202);
        var second = waybill.place(order).expect(202);

        assertThat(second).isEqualTo(first);
        String orderId = first.json().path("orderId").asString();
        assertThat(first.location()).hasValue("/api/orders/" + orderId);
        waybill.awaitStatus(orderId, "CONFIRMED");
        assertThat(waybill.place(order)).isEqualTo(first);
        waybill.awaitAvailable(mug, 98);
        assertOneOrder(orderId);
    }

    @Test
    void placesOneOrderHoweverManyCopiesOfARequestRace() throws Exception {
        var order = NewOrder.of(customer, "tok_ok", line(mug, 2));
        var requests = new ArrayList<Callable<Answer>>();
        for (int i = 0; i < RACERS; i++) {
            requests.add(() -> waybill.place(order));
        }

        var answers = new ArrayList<Answer>();
        try (var racers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var answer : racers.invokeAll(requests)) {
                answers.add(answer.get());
            }
        }

        String orderId = waybill.placeUntilAccepted(order);
        for (Answer answer : answers) {
            if (answer.status() == 202) {
                assertThat(answer.json().path("orderId").asString()).isEqualTo(orderId);
            } else {
                assertThat(answer.expect(409).code()).isEqualTo("REQUEST_IN_PROGRESS");
            }
        }
        waybill.awaitStatus(orderId, "CONFIRMED");
        waybill.awaitAvailable(mug, 98);
        assertOneOrder(orderId);
    }

    @Test
    void refusesAKeyThatWasUsedForAnotherRequest() {
        var order = NewOrder.of(customer, "tok_ok", line(mug, 2));
        String orderId = waybill.place(order).expect(202).json().path("orderId").asString();

        var other = new NewOrder(
                customer, NewOrder.of(customer, "tok_ok", line(mug, 3)).lines(), "tok_ok", order.idempotencyKey());

        assertThat(waybill.place(other).expect(422).code()).isEqualTo("IDEMPOTENCY_KEY_REUSED");
        waybill.awaitStatus(orderId, "CONFIRMED");
        assertOneOrder(orderId);
    }

    @Test
    void changesNothingWhenACancellationIsRepeated() {
        String orderId = waybill.placeUntilAccepted(NewOrder.of(customer, "tok_ok", line(mug, 2)));
        waybill.awaitStatus(orderId, "CONFIRMED");

        waybill.cancel(orderId, "Changed my mind").expect(202);
        waybill.cancel(orderId, "Changed my mind").expect(202);

        waybill.awaitPayment(orderId, "VOIDED");
        waybill.awaitAvailable(mug, 100);
        assertThat(waybill.timeline(orderId).expect(200).json().path("entries").findValuesAsString("type"))
                .containsOnlyOnce("OrderCancelled", "PaymentVoided");
    }

    private void assertOneOrder(String orderId) {
        assertThat(waybill.ordersOf(customer))
                .extracting(order -> order.path("orderId").asString())
                .containsExactly(orderId);
    }
}
