package io.waybill.systemtests.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderLine;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.systemtests.EventLog.Entry;
import io.waybill.systemtests.SandboxLedger;
import io.waybill.systemtests.chaos.Operation.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** A judge who finds nothing in a good log has to find what is wrong in a bad one. */
class JudgeTest {

    private static final Instant START = Instant.parse("2026-11-01T10:00:00Z");
    private static final Money PRICE = new Money(500, "EUR");

    private final Operation placing = operation("place", "/orders", Outcome.OK);
    private final String orderId = placing.effectId();
    private final String paymentId = DerivedId.payment(orderId);
    private final String reservationId = DerivedId.reservation(orderId, "MUG");
    private final List<Entry> log = new ArrayList<>();
    private final Map<String, Long> sequences = new HashMap<>();
    private final List<Operation> operations = new ArrayList<>(List.of(placing));

    @Test
    void findsNothingInACheckoutAsItShouldBe() {
        checkout();

        assertThat(violated()).isEmpty();
    }

    @Test
    void findsAGapInTheNumbersOfAnAggregate() {
        checkout();
        log.set(5, numbered(log.get(5), 5, 2));

        assertThat(violated()).containsExactly("3");
    }

    @Test
    void findsAPositionThatIsMissing() {
        checkout();
        log.set(5, numbered(log.get(5), 6, 1));

        assertThat(violated()).containsExactly("4");
    }

    @Test
    void findsMoreReservedThanThereIs() {
        add("stock-MUG", new StockReceived("MUG", "receipt", 1, "main"));
        place();
        add("stock-MUG", reservation(2));

        assertThat(violated()).contains("9, 10, 15, 17");
    }

    @Test
    void findsAConfirmationWithoutAnAuthorization() {
        place();
        add(orderId, new OrderConfirmed(orderId, List.of()));

        assertThat(violated()).contains("9, 10, 15, 17");
    }

    @Test
    void findsAnAuthorizationThatTheProviderKnowsNothingOf() {
        checkout();

        assertThat(violated("{\"items\":[]}")).contains("9, 10, 15, 17");
    }

    @Test
    void findsMoneyThatIsHeldForNobody() {
        checkout();

        assertThat(violated(ledger().replace(
                                "]}", ", {\"authorizationId\":\"other\",\"state\":\"HELD\",\"heldMinor\":1}]}")))
                .containsExactly("9, 10, 11, 15");
    }

    @Test
    void findsACheckoutThatHangs() {
        place();

        assertThat(violated("{\"items\":[]}")).contains("9, 10, 11, 15", "11, 13");
    }

    @Test
    void findsAStepThatWasDoneTwice() {
        checkout();
        add("stock-MUG", reservation(1));

        assertThat(violated()).contains("12, 17, 20, 21");
    }

    @Test
    void findsADeadlineThatPassedInVain() {
        place();
        add("deadline", new CheckoutDeadlinePassed(orderId, START));

        assertThat(violated("{\"items\":[]}")).contains("14");
    }

    @Test
    void findsAnAcknowledgedRequestThatIsNotStored() {
        checkout();
        operations.add(operation("ship", "/orders/" + orderId + "/shipments", Outcome.OK));

        assertThat(violated()).containsExactly("16");
    }

    @Test
    void findsARefusedRequestThatIsStored() {
        checkout();
        operations.set(0, operation("place", "/orders", Outcome.REFUSED));

        assertThat(violated()).containsExactly("16");
    }

    @Test
    void findsASecondAnswerThatIsNotTheFirst() {
        checkout();
        operations.add(new Operation("place again", "/orders", "key", Outcome.OK, 202, "another order", 1, 1));

        assertThat(violated()).containsExactly("16");
    }

    private void checkout() {
        add("stock-MUG", new StockReceived("MUG", "receipt", 5, "main"));
        place();
        add("stock-MUG", reservation(1));
        add(paymentId, new AuthorizationRequested(paymentId, orderId, paymentId, PRICE, "tok_ok"));
        add(paymentId, new PaymentAuthorized(paymentId, orderId, paymentId, PRICE, "ref", null));
        add(orderId, new OrderConfirmed(orderId, List.of()));
    }

    private void place() {
        var address = new Address("Ada", "1 Street", null, "1", "London", "GB");
        var line = new OrderLine("MUG", 1, PRICE);
        add(orderId, new OrderPlaced(orderId, "ada", List.of(line), PRICE, address, "tok_ok", null));
    }

    private StockReserved reservation(int quantity) {
        return new StockReserved(
                "MUG", reservationId, orderId, quantity, List.of(new Allocation("main", quantity)), null);
    }

    private void add(String aggregateId, Object payload) {
        int position = log.size();
        long sequence = sequences.merge(aggregateId, 1L, Long::sum) - 1;
        log.add(new Entry(position, aggregateId, sequence, "m" + position, START.plusSeconds(position), payload));
    }

    private static Entry numbered(Entry entry, long position, long sequence) {
        return new Entry(position, entry.aggregateId(), sequence, entry.messageId(), entry.storedAt(), entry.payload());
    }

    private Operation operation(String kind, String path, Outcome outcome) {
        var asked = new Operation(kind, path, "key", outcome, 202, "", 1, 1);
        return new Operation(kind, path, "key", outcome, 202, asked.effectId(), 1, 1);
    }

    private String ledger() {
        return "{\"items\":[{\"authorizationId\":\"%s\",\"state\":\"HELD\",\"heldMinor\":500}]}".formatted(paymentId);
    }

    private List<String> violated() {
        return violated(ledger());
    }

    private List<String> violated(String ledger) {
        var provider = new SandboxLedger(new JsonMapper().readTree(ledger));
        return new Judge(log, provider, operations, Duration.ofMinutes(1))
                .judge().stream()
                        .filter(verdict -> !verdict.holds())
                        .map(Verdict::invariants)
                        .toList();
    }
}
