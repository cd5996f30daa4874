package io.waybill.payment.reconciliation;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.Money;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ReconciliationCommand;
import io.waybill.messages.payment.ReconciliationCommand.ClearDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.DismissDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepair;
import io.waybill.messages.payment.ReconciliationCommand.RecordRepairFailure;
import io.waybill.messages.payment.ReconciliationCommand.RepairDiscrepancy;
import io.waybill.messages.payment.ReconciliationCommand.ReportDiscrepancy;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyCleared;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyDismissed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyFound;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairFailed;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepairRequested;
import io.waybill.messages.payment.ReconciliationEvent.DiscrepancyRepaired;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.FieldSource;

class DiscrepancyTest {

    private static final String ID = "discrepancy-1";
    private static final String ORDER = "order-1";
    private static final DiscrepancyFound FOUND = found(DiscrepancyKind.UNRECORDED_CAPTURE, 1250);
    private static final DiscrepancyRepairRequested REQUESTED = new DiscrepancyRepairRequested(ID, ORDER);
    private static final DiscrepancyRepaired REPAIRED = new DiscrepancyRepaired(ID, ORDER, "CAPTURE_RECORDED");
    private static final DiscrepancyRepairFailed FAILED = new DiscrepancyRepairFailed(ID, ORDER, "NO_ANSWER_YET");
    private static final DiscrepancyDismissed DISMISSED = new DiscrepancyDismissed(ID, ORDER, "settled by telephone");
    private static final DiscrepancyCleared CLEARED = new DiscrepancyCleared(ID, ORDER);

    private static final ReportDiscrepancy REPORT = report(1250);
    private static final RepairDiscrepancy REPAIR = new RepairDiscrepancy(ID);
    private static final RecordRepair RECORD_REPAIR = new RecordRepair(ID, "CAPTURE_RECORDED");
    private static final RecordRepairFailure RECORD_FAILURE = new RecordRepairFailure(ID, "NO_ANSWER_YET");
    private static final DismissDiscrepancy DISMISS = new DismissDiscrepancy(ID, "settled by telephone");
    private static final ClearDiscrepancy CLEAR = new ClearDiscrepancy(ID);

    private final AggregateTestFixture<Discrepancy> fixture = new AggregateTestFixture<>(Discrepancy.class);

    @Test
    void isFound() {
        fixture.givenNoPriorActivity().when(REPORT).expectEvents(FOUND);
    }

    @Test
    void isFoundOnceHoweverOftenItIsReported() {
        isQuiet(fixture.given(FOUND).when(REPORT));
    }

    @Test
    void isFoundAgainWhenItHasGrown() {
        fixture.given(FOUND).when(report(2500)).expectEvents(found(DiscrepancyKind.UNRECORDED_CAPTURE, 2500));
    }

    @Test
    void isFoundAgainAfterItWasOver() {
        fixture.given(FOUND, CLEARED).when(REPORT).expectEvents(FOUND);
        fixture.given(FOUND, REQUESTED, REPAIRED).when(REPORT).expectEvents(FOUND);
    }

    @Test
    void staysDismissedAsLongAsItIsWhatItWas() {
        isQuiet(fixture.given(FOUND, DISMISSED).when(REPORT));
        fixture.given(FOUND, DISMISSED)
                .when(report(2500))
                .expectEvents(found(DiscrepancyKind.UNRECORDED_CAPTURE, 2500));
    }

    @Test
    void isNotFoundAgainWhileItIsRepaired() {
        isQuiet(fixture.given(FOUND, REQUESTED).when(report(2500)));
    }

    @Test
    void isRepairedOnRequest() {
        fixture.given(FOUND).when(REPAIR).expectEvents(REQUESTED);
        fixture.given(FOUND, REQUESTED).when(RECORD_REPAIR).expectEvents(REPAIRED);
    }

    @Test
    void staysInTheQueueWhenItsRepairFails() {
        fixture.given(FOUND, REQUESTED).when(RECORD_FAILURE).expectEvents(FAILED);
        fixture.given(FOUND, REQUESTED, FAILED).when(REPAIR).expectEvents(REQUESTED);
    }

    @Test
    void isClearedWhenItIsGoneBeforeItsRepair() {
        fixture.given(FOUND, REQUESTED).when(CLEAR).expectEvents(CLEARED);
    }

    @Test
    void isClearedWhenItIsGone() {
        fixture.given(FOUND).when(CLEAR).expectEvents(CLEARED);
    }

    @Test
    void isDismissedForAReason() {
        fixture.given(FOUND).when(DISMISS).expectEvents(DISMISSED);
    }

    @ParameterizedTest
    @EnumSource(names = {"MISSING_AT_PROVIDER", "AMOUNT_MISMATCH", "ORDER_MISMATCH"})
    void isLeftToPeopleWhereNoRepairIsSafe(DiscrepancyKind kind) {
        isRefused("NO_SAFE_REPAIR", fixture.given(found(kind, 1250)).when(REPAIR));
    }

    @Test
    void cannotBeDecidedTwice() {
        isRefused("DISCREPANCY_NOT_OPEN", fixture.given(FOUND, DISMISSED).when(REPAIR));
        isRefused("DISCREPANCY_NOT_OPEN", fixture.given(FOUND, DISMISSED).when(DISMISS));
        isRefused("DISCREPANCY_NOT_OPEN", fixture.given(FOUND, REQUESTED).when(DISMISS));
        isRefused("DISCREPANCY_NOT_OPEN", fixture.given(FOUND, CLEARED).when(REPAIR));
    }

    @Test
    void repeatedCommandIsQuiet() {
        isQuiet(fixture.given(FOUND, REQUESTED).when(REPAIR));
        isQuiet(fixture.given(FOUND, REQUESTED, REPAIRED).when(RECORD_REPAIR));
        isQuiet(fixture.given(FOUND, REQUESTED, FAILED).when(RECORD_FAILURE));
        isQuiet(fixture.given(FOUND, CLEARED).when(CLEAR));
        isQuiet(fixture.given(FOUND, DISMISSED).when(CLEAR));
    }

    static final List<ReconciliationCommand> commandsForAKnownOne =
            List.of(REPAIR, RECORD_REPAIR, RECORD_FAILURE, DISMISS, CLEAR);

    @ParameterizedTest
    @FieldSource("commandsForAKnownOne")
    void unknownOneIsNotFound(ReconciliationCommand command) {
        isRefused("DISCREPANCY_NOT_FOUND", fixture.givenNoPriorActivity().when(command));
    }

    private static DiscrepancyFound found(DiscrepancyKind kind, long minor) {
        return new DiscrepancyFound(
                ID,
                ORDER,
                "payment-1",
                "payment-1",
                "ref-1",
                kind,
                new Money(0, "EUR"),
                new Money(minor, "EUR"),
                List.of("shipment-1"));
    }

    private static ReportDiscrepancy report(long minor) {
        return new ReportDiscrepancy(
                ID,
                ORDER,
                "payment-1",
                "payment-1",
                "ref-1",
                DiscrepancyKind.UNRECORDED_CAPTURE,
                new Money(0, "EUR"),
                new Money(minor, "EUR"),
                List.of("shipment-1"));
    }

    private static void isQuiet(ResultValidator<Discrepancy> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    private static void isRefused(String code, ResultValidator<Discrepancy> result) {
        result.expectNoEvents()
                .expectExceptionDetails(matches((Fault fault) -> fault.code().equals(code)));
    }
}
