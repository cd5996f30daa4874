package io.waybill.payment.reconciliation;

import static io.waybill.messages.payment.DiscrepancyKind.AMOUNT_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.MISSING_AT_PROVIDER;
import static io.waybill.messages.payment.DiscrepancyKind.ORDER_MISMATCH;
import static io.waybill.messages.payment.DiscrepancyKind.ORPHAN_AUTHORIZATION;
import static io.waybill.messages.payment.DiscrepancyKind.UNKNOWN_OUTCOME;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_CAPTURE;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_EXPIRY;
import static io.waybill.messages.payment.DiscrepancyKind.UNRECORDED_REFUND;
import static io.waybill.payment.reconciliation.TestBooks.JUST_NOW;
import static io.waybill.payment.reconciliation.TestBooks.LONG_AGO;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.mongo.TestDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.PaymentCommand.RecordAuthorization;
import io.waybill.messages.payment.PaymentCommand.RecordCapture;
import io.waybill.messages.payment.PaymentCommand.RecordExpiry;
import io.waybill.messages.payment.PaymentCommand.RecordFoundCapture;
import io.waybill.messages.payment.PaymentCommand.RecordFoundRefund;
import io.waybill.messages.payment.PaymentEvent.AuthorizationExpired;
import io.waybill.messages.payment.PaymentEvent.AuthorizationRequested;
import io.waybill.messages.payment.PaymentEvent.CaptureRefused;
import io.waybill.messages.payment.PaymentEvent.CaptureRequested;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentCaptured;
import io.waybill.messages.payment.PaymentEvent.PaymentRefunded;
import io.waybill.messages.payment.PaymentEvent.PaymentVoided;
import io.waybill.messages.payment.PaymentEvent.VoidRequested;
import io.waybill.messages.payment.ReconciliationCommand.DismissDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.RepairDiscrepancy;
import io.waybill.payment.reconciliation.DiscrepancyQueue.Entry;
import io.waybill.payment.reconciliation.ReconciliationRuns.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // a null is a failure here
class ReconciliationTest {

    private static final String ORDER = "order-1";
    private static final String PAYMENT = "payment-1";
    private static final Money AMOUNT = eur(5000);

    private static TestDatabase database;

    private TestBooks books;

    @BeforeAll
    static void open() {
        database = new TestDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @BeforeEach
    void begin() {
        books = new TestBooks(database.get());
    }

    @Test
    void findsNothingWhereAllAgree() {
        isShipped(2000);

        assertThat(books.run()).isEqualTo(new Progress(1, 1, 1, 0));
        assertThat(queue()).isEmpty();
    }

    @Test
    void asksTheProviderByNameOnlyAboutWhatItsLedgerLeavesOpen() {
        isShipped(2000);
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);

        books.run();

        assertThat(books.provider.askedAbout).contains("stray").doesNotContain(PAYMENT);
    }

    @Test
    void findsAHoldOfNoPaymentAndVoidsIt() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);

        books.run();

        assertThat(theOnly(ORPHAN_AUTHORIZATION).found()).isEqualTo(AMOUNT);
        assertThat(repaired()).isEqualTo(new Repairs.Result(DiscrepancyState.REPAIRED, "VOIDED_AT_PROVIDER"));
        assertThat(books.provider.voided).containsExactly("stray");
    }

    @Test
    void findsALateSuccessAndTellsThePaymentWhichVoidsIt() {
        books.happened(
                LONG_AGO,
                new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, AMOUNT, "tok_ok"),
                new VoidRequested(PAYMENT, ORDER, PAYMENT, AMOUNT),
                new PaymentVoided(PAYMENT, ORDER, PAYMENT));
        books.provider.holds(PAYMENT, PAYMENT, ORDER, AMOUNT);
        books.order(ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of());

        books.run();
        theOnly(ORPHAN_AUTHORIZATION);

        assertThat(repaired().outcome()).isEqualTo("SUCCESS_RECORDED");
        assertThat(books.askedOfPayments)
                .containsExactly(new RecordAuthorization(PAYMENT, PAYMENT, "ref-" + PAYMENT, null));
        assertThat(books.provider.voided).isEmpty();
    }

    @Test
    void voidsAHoldThatShouldHaveBeenLiftedAtTheProvider() {
        isHeld();
        books.happened(
                LONG_AGO,
                new VoidRequested(PAYMENT, ORDER, PAYMENT, AMOUNT),
                new PaymentVoided(PAYMENT, ORDER, PAYMENT));
        books.order(ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of());

        books.run();
        theOnly(ORPHAN_AUTHORIZATION);

        assertThat(repaired().outcome()).isEqualTo("VOIDED_AT_PROVIDER");
    }

    @Test
    void findsACaptureThatWeNeverHeardOfAndRecordsIt() {
        isHeld();
        books.provider.captured(PAYMENT, "by-hand", 1500, true);

        books.run();

        Entry found = theOnly(UNRECORDED_CAPTURE);
        assertThat(found.expected()).isEqualTo(eur(0));
        assertThat(found.found()).isEqualTo(eur(1500));
        assertThat(found.about()).containsExactly("by-hand");
        assertThat(repaired().outcome()).isEqualTo("CAPTURE_RECORDED");
        assertThat(books.askedOfPayments)
                .containsExactly(new RecordFoundCapture(PAYMENT, ORDER, "by-hand", PAYMENT, eur(1500)));
    }

    @Test
    void findsARefundThatWeNeverHeardOfAndRecordsIt() {
        isShipped(2000);
        books.provider.refunded(PAYMENT, "by-hand", 500);

        books.run();
        theOnly(UNRECORDED_REFUND);

        assertThat(repaired().outcome()).isEqualTo("REFUND_RECORDED");
        assertThat(books.askedOfPayments)
                .containsExactly(new RecordFoundRefund(PAYMENT, ORDER, "by-hand", PAYMENT, eur(500)));
    }

    @Test
    void findsAHoldThatTheProviderDroppedAndRecordsIt() {
        isHeld();
        books.provider.closed(PAYMENT);

        books.run();
        theOnly(UNRECORDED_EXPIRY);

        assertThat(repaired().outcome()).isEqualTo("EXPIRY_RECORDED");
        assertThat(books.askedOfPayments).containsExactly(new RecordExpiry(PAYMENT, PAYMENT));
    }

    @Test
    void findsWhatTheProviderDoesNotKnow() {
        isShipped(2000);
        books.provider.entries.clear();

        books.run();

        assertThat(theOnly(MISSING_AT_PROVIDER).about()).containsExactly("shipment-1");
    }

    @Test
    void findsAmountsThatDiffer() {
        isShipped(2000);
        books.provider.captured(PAYMENT, "shipment-1", 1999, true);

        books.run();

        assertThat(theOnly(AMOUNT_MISMATCH).found()).isEqualTo(eur(1999));
    }

    // The order.

    @Test
    void findsMoneyThatTheOrderDoesNotExplain() {
        isShipped(2000);
        books.order(ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of());

        books.run();

        Entry found = theOnly(ORDER_MISMATCH);
        assertThat(found.expected()).isEqualTo(eur(0));
        assertThat(found.found()).isEqualTo(eur(2000));
    }

    @Test
    void findsShippedGoodsThatWereNotPaidFor() {
        isShipped(2000);
        books.order(ORDER, OrderStatus.SHIPPED, AMOUNT, 5000, Map.of());

        books.run();

        theOnly(ORDER_MISMATCH);
    }

    @Test
    void findsGoodsThatCameBackAndWereNotPaidBack() {
        isShipped(2000);
        books.order(ORDER, OrderStatus.DELIVERED, AMOUNT, 2000, Map.of("return-1", 700L));

        books.run();

        theOnly(ORDER_MISMATCH);
    }

    @Test
    void takesARefundThatIsNoReturnsForADecision() {
        isShipped(2000);
        isRefunded("goodwill", 300);

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void takesAReturnsRefundFromTheOrder() {
        isShipped(2000);
        isRefunded("return-1", 700);
        books.order(ORDER, OrderStatus.DELIVERED, AMOUNT, 2000, Map.of("return-1", 700L));

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void anOrderOfOldWasPaidForOnItsConfirmation() {
        isHeld();
        books.happened(
                LONG_AGO,
                new CaptureRequested(PAYMENT, ORDER, PAYMENT, PAYMENT, AMOUNT),
                new PaymentCaptured(PAYMENT, ORDER, PAYMENT, PAYMENT, AMOUNT));
        books.provider.captured(PAYMENT, PAYMENT, 5000, false);

        books.run();
        assertThat(queue()).isEmpty();

        books.order(ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of());
        books.run();
        theOnly(ORDER_MISMATCH);
    }

    @Test
    void leavesAnOrderAloneThatTheReadModelIsBehindOn() {
        isShipped(2000);
        books.order(ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of());
        books.orders.put(ORDER, TestBooks.details(ORDER, OrderStatus.CONFIRMED, AMOUNT, 0, Map.of(), 0, LONG_AGO));

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void leavesAnOrderAloneThatHasJustChanged() {
        isShipped(2000);
        books.orders.put(
                ORDER,
                TestBooks.details(
                        ORDER, OrderStatus.CANCELLED, AMOUNT, 0, Map.of(), books.lastVersion(ORDER), JUST_NOW));

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void leavesAPaymentAloneThatHasJustChangedAlthoughNoProjectionSaysSo() {
        isShipped(2000);
        books.order(ORDER, OrderStatus.SHIPPED, AMOUNT, 5000, Map.of());
        books.happenedUnprojected(JUST_NOW, new PaymentCaptured(PAYMENT, ORDER, "shipment-2", PAYMENT, eur(1000)));

        books.run();

        assertThat(queue()).extracting(Entry::kind).doesNotContain(ORDER_MISMATCH);
    }

    @Test
    void findsMoneyForAnOrderThatDoesNotExist() {
        isShipped(2000);
        books.orders.clear();
        books.run();
        assertThat(queue()).isEmpty();

        var other = new TestBooks(database.get());
        other.happened(
                LONG_AGO,
                new AuthorizationRequested(PAYMENT, "nowhere", PAYMENT, AMOUNT, "tok_ok"),
                new PaymentAuthorized(PAYMENT, "nowhere", PAYMENT, AMOUNT, "ref-" + PAYMENT, null),
                new PaymentCaptured(PAYMENT, "nowhere", "shipment-1", PAYMENT, AMOUNT));
        other.provider.holds(PAYMENT, PAYMENT, "nowhere", AMOUNT);
        other.provider.captured(PAYMENT, "shipment-1", 5000, false);
        other.run();
        assertThat(other.queue.oldest(null, 0)).extracting(Entry::kind).containsExactly(ORDER_MISMATCH);
    }

    // What is under way.

    @Test
    void takesWhatWaitsForAnAnswerForNeither() {
        isHeld();
        books.happened(JUST_NOW, new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)));
        books.run();
        assertThat(queue()).isEmpty();

        books.provider.captured(PAYMENT, "shipment-1", 2000, true);
        books.run();
        assertThat(queue()).isEmpty();
    }

    @Test
    void findsAnAnswerThatIsOverdueAndAsksForItAgain() {
        isHeld();
        books.happened(LONG_AGO, new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)));
        books.run();
        theOnly(UNKNOWN_OUTCOME);

        assertThat(repaired()).isEqualTo(new Repairs.Result(DiscrepancyState.OPEN, "NO_ANSWER_YET"));
        books.provider.captured(PAYMENT, "shipment-1", 2000, true);
        assertThat(repaired().outcome()).isEqualTo("ANSWER_RECORDED");
        assertThat(books.askedOfPayments).containsExactly(new RecordCapture(PAYMENT, "shipment-1", PAYMENT, true));
    }

    @Test
    void waitsForACustomerUntilTheirTimeIsUp() {
        books.happened(
                LONG_AGO,
                new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, AMOUNT, "tok_3ds"),
                new CustomerActionRequired(PAYMENT, ORDER, PAYMENT, null, TestBooks.NOW));
        books.run();
        assertThat(queue()).isEmpty();

        books.clock.turn(Duration.ofMinutes(6));
        books.run();
        theOnly(UNKNOWN_OUTCOME);
    }

    @Test
    void aRefusedCaptureIsNoQuestionAnyMore() {
        isHeld();
        books.happened(
                LONG_AGO,
                new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)),
                new CaptureRefused(PAYMENT, ORDER, "shipment-1", "CAPTURE_REFUSED"));

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void aCaptureThatWasGivenUpMayStillBeAnswered() {
        isHeld();
        books.happened(
                JUST_NOW,
                new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)),
                new AuthorizationExpired(PAYMENT, ORDER, PAYMENT, AMOUNT));
        books.provider.captured(PAYMENT, "shipment-1", 2000, false);
        books.run();
        assertThat(queue()).isEmpty();

        books.clock.turn(Duration.ofMinutes(6));
        books.run();
        theOnly(UNRECORDED_CAPTURE);
    }

    @Test
    void believesTheEventsAndNotAProjectionThatIsBehind() {
        isHeld();
        books.happenedUnprojected(JUST_NOW, new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)));
        books.provider.captured(PAYMENT, "shipment-1", 2000, true);

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void aChangeWhileItLooksIsLookedAtAgain() {
        isHeld();
        books.provider.captured(PAYMENT, "shipment-1", 2000, true);
        books.provider.meanwhile = () -> {
            books.provider.meanwhile = () -> {};
            books.happenedUnprojected(JUST_NOW, new PaymentCaptured(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(2000)));
        };

        books.run();

        assertThat(queue()).isEmpty();
    }

    @Test
    void aPaymentThatNeverStandsStillIsLeftToTheNextRun() {
        isHeld();
        books.provider.captured(PAYMENT, "by-hand", 2000, true);
        books.provider.meanwhile =
                () -> books.happenedUnprojected(JUST_NOW, new PaymentVoided(PAYMENT, ORDER, "another"));
        books.run();
        assertThat(queue()).isEmpty();

        books.provider.meanwhile = () -> {};
        books.run();
        theOnly(UNRECORDED_CAPTURE);
    }

    // What becomes of it.

    @Test
    void isInTheQueueOnceHoweverOftenItIsFound() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();
        Entry first = theOnly(ORPHAN_AUTHORIZATION);

        assertThat(books.run().found()).isEqualTo(1);

        assertThat(theOnly(ORPHAN_AUTHORIZATION)).isEqualTo(first);
    }

    @Test
    void leavesTheQueueWhenItIsGone() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();
        books.provider.closed("stray");

        books.run();

        assertThat(theOnly(ORPHAN_AUTHORIZATION).state()).isEqualTo(DiscrepancyState.CLEARED);
    }

    @Test
    void aRepairOfWhatIsGoneRepairsNothing() {
        isHeld();
        books.provider.captured(PAYMENT, "by-hand", 1500, true);
        books.run();
        books.happened(JUST_NOW, new PaymentCaptured(PAYMENT, ORDER, "by-hand", PAYMENT, eur(1500)));

        assertThat(repaired()).isEqualTo(new Repairs.Result(DiscrepancyState.CLEARED, "NOTHING_TO_REPAIR"));
        assertThat(books.askedOfPayments).isEmpty();
        assertThat(theOnly(UNRECORDED_CAPTURE).state()).isEqualTo(DiscrepancyState.CLEARED);
    }

    @Test
    void aRepairThatTheProviderDoesNotAnswerStaysInTheQueue() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();
        books.provider.unreachable = true;

        assertThat(repaired()).isEqualTo(new Repairs.Result(DiscrepancyState.OPEN, "PROVIDER_UNREACHABLE"));
        assertThat(theOnly(ORPHAN_AUTHORIZATION).outcome()).isEqualTo("PROVIDER_UNREACHABLE");
    }

    @Test
    void aRepairDoesNotAskAProviderThatIsAwayAndStaysInTheQueue() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();
        books.provider.breaker.transitionToOpenState();
        books.provider.askedAbout.clear();

        assertThat(repaired()).isEqualTo(new Repairs.Result(DiscrepancyState.OPEN, "PROVIDER_UNREACHABLE"));
        assertThat(theOnly(ORPHAN_AUTHORIZATION).outcome()).isEqualTo("PROVIDER_UNREACHABLE");
        assertThat(books.provider.askedAbout).isEmpty();
    }

    @Test
    void aRepairThatACrashCutOffIsCarriedOutByTheNextRun() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();
        books.send(new RepairDiscrepancy(theOnly(ORPHAN_AUTHORIZATION).discrepancyId()));

        books.run();

        assertThat(theOnly(ORPHAN_AUTHORIZATION).state()).isEqualTo(DiscrepancyState.REPAIRED);
        assertThat(books.provider.voided).containsExactly("stray");
    }

    @Test
    void theQueueSaysWhoDecidedAndWhy() {
        books.provider.holds("stray", "payment-9", "order-9", AMOUNT);
        books.run();

        books.send(new DismissDiscrepancy(theOnly(ORPHAN_AUTHORIZATION).discrepancyId(), "a test of the provider's"));

        Entry dismissed = theOnly(ORPHAN_AUTHORIZATION);
        assertThat(dismissed.decidedBy()).isEqualTo("ada");
        assertThat(dismissed.outcome()).isEqualTo("a test of the provider's");
    }

    private void isHeld() {
        books.happened(
                LONG_AGO,
                new AuthorizationRequested(PAYMENT, ORDER, PAYMENT, AMOUNT, "tok_ok"),
                new PaymentAuthorized(PAYMENT, ORDER, PAYMENT, AMOUNT, "ref-" + PAYMENT, null));
        books.provider.holds(PAYMENT, PAYMENT, ORDER, AMOUNT);
        books.order(ORDER, OrderStatus.CONFIRMED, AMOUNT, 0, Map.of());
    }

    private void isShipped(long minor) {
        isHeld();
        books.happened(
                LONG_AGO,
                new CaptureRequested(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(minor)),
                new PaymentCaptured(PAYMENT, ORDER, "shipment-1", PAYMENT, eur(minor)));
        books.provider.captured(PAYMENT, "shipment-1", minor, true);
        books.order(ORDER, OrderStatus.PARTIALLY_SHIPPED, AMOUNT, minor, Map.of());
    }

    private void isRefunded(String refundId, long minor) {
        books.happened(LONG_AGO, new PaymentRefunded(PAYMENT, ORDER, refundId, PAYMENT, eur(minor)));
        books.provider.refunded(PAYMENT, refundId, minor);
    }

    private Repairs.Result repaired() {
        Entry entry = queue().getFirst();
        books.send(new RepairDiscrepancy(entry.discrepancyId()));
        return books.repairs.carryOut(entry);
    }

    private Entry theOnly(DiscrepancyKind kind) {
        assertThat(queue()).extracting(Entry::kind).containsExactly(kind);
        return queue().getFirst();
    }

    private List<Entry> queue() {
        return books.queue.oldest(null, 0);
    }

    private static Money eur(long minor) {
        return new Money(minor, "EUR");
    }
}
