package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.ReturnSaga.Step.AWAITING_REFUND;
import static io.waybill.inventory.checkout.ReturnSaga.Step.COMPLETING;
import static io.waybill.inventory.checkout.ReturnSaga.Step.REFUSED;
import static io.waybill.inventory.checkout.ReturnSaga.Step.REFUSING;
import static io.waybill.inventory.checkout.ReturnSaga.Step.SETTLING;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.Money;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.ReturnStock;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.order.InspectedLine;
import io.waybill.messages.order.OrderCommand.CompleteReturn;
import io.waybill.messages.order.OrderCommand.RecordReturnRefundRefusal;
import io.waybill.messages.order.OrderEvent.ReturnCompleted;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.order.OrderEvent.ReturnRefundRefused;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.RefundCompleted;
import io.waybill.messages.payment.PaymentEvent.RefundRefused;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.modelling.saga.EndSaga;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;

/**
 * Takes inspected goods back into stock and gives their money back, side by side, so that neither waits for the other;
 * then tells the order what came of it.
 */
@Saga
@ProcessingGroup("return")
public class ReturnSaga extends OrderProcess<ReturnSaga.Step> {

    enum Step implements OrderProcess.Step {
        SETTLING(WaitsFor.PAYMENT),
        COMPLETING(WaitsFor.ORDER),
        REFUSING(WaitsFor.ORDER),
        /** The goods are here and the order knows that the money was refused: somebody may have it tried again. */
        REFUSED(WaitsFor.OPERATOR),
        /** The return was given up while its money was on the way: it is complete if that arrives after all. */
        AWAITING_REFUND(WaitsFor.PAYMENT);

        private final WaitsFor waitsFor;

        Step(WaitsFor waitsFor) {
            this.waitsFor = waitsFor;
        }

        @Override
        public WaitsFor waitsFor() {
            return waitsFor;
        }
    }

    private enum Refund {
        ON_THE_WAY,
        GIVEN,
        NONE
    }

    static final String PROCESS = "return";
    static final String KEY = "returnId";

    private @Nullable ReturnInspected inspected;
    /** Not final, because Jackson leaves a final field as it is when the saga is read back. */
    private SortedSet<String> returnedSkus = new TreeSet<>();

    /** What is known of the money. */
    private Refund refund = Refund.ON_THE_WAY;

    private @Nullable String refusal;

    /** What is left to be given back of a refund that was refused; null before. */
    private @Nullable Money left;

    /** Refunds that were refused and tried again. */
    private int attempts;

    // The happy path.

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(ReturnInspected inspection, @Timestamp Instant at, SagaCommands commands) {
        if (hasStarted()) {
            return;
        }
        inspected = inspection;
        if (inspection.refund().minor() == 0) {
            refund = Refund.GIVEN;
        }
        enter(SETTLING, at, commands);
        tellTheOrderOnceSettled(at, commands);
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(StockReturned returned, @Timestamp Instant at, SagaCommands commands) {
        returnedSkus.add(returned.sku());
        tellTheOrderOnceSettled(at, commands);
    }

    @SagaEventHandler(associationProperty = "refundId", keyName = KEY)
    void on(RefundCompleted completed, @Timestamp Instant at, SagaCommands commands) {
        refund = Refund.GIVEN;
        if (isAt(AWAITING_REFUND)) {
            enter(COMPLETING, at, commands);
        } else {
            tellTheOrderOnceSettled(at, commands);
        }
    }

    @EndSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(ReturnCompleted completed) {}

    // The refusal.

    @SagaEventHandler(associationProperty = "refundId", keyName = KEY)
    void on(RefundRefused refused, @Timestamp Instant at, SagaCommands commands) {
        if (!refused.refundId().equals(refundId())) {
            return;
        }
        refund = Refund.NONE;
        left = refused.amount();
        if (isAt(AWAITING_REFUND)) {
            SagaLifecycle.end();
        } else if (isAt(SETTLING)) {
            refusal = refused.reason();
            if (attempts == 0) {
                tellTheOrderOnceSettled(at, commands);
            } else {
                waitForSomebody(refused.reason(), at, commands);
            }
        }
    }

    @SagaEventHandler(associationProperty = "operationId", keyName = KEY)
    void on(OutcomeUnknown unknown) {
        if (isAt(SETTLING, AWAITING_REFUND)) {
            note(unknown);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(ReturnRefundRefused refused, @Timestamp Instant at, SagaCommands commands) {
        switch (refund) {
            case NONE -> {
                if (isAt(REFUSING) && left != null) {
                    waitForSomebody(refused.reason(), at, commands);
                } else if (!isAt(REFUSED)) {
                    SagaLifecycle.end();
                }
            }
            case ON_THE_WAY -> enter(AWAITING_REFUND, at, commands);
            case GIVEN -> enter(COMPLETING, at, commands);
        }
    }

    private void awaitRefundIfAny(Instant at, SagaCommands commands) {
        if (refund == Refund.ON_THE_WAY) {
            enter(AWAITING_REFUND, at, commands);
        } else {
            SagaLifecycle.end();
        }
    }

    private void waitForSomebody(String reason, Instant at, SagaCommands commands) {
        enter(REFUSED, at, commands);
        note("The refund was refused: " + reason);
    }

    /** Names the refund that is tried; the first has the name of the return. */
    private String refundId() {
        return attempts == 0 ? processId() : DerivedId.derive("refund", processId(), Integer.toString(attempts));
    }

    /** Payment has answered this refund for good, so what is left needs one of another name. */
    private void refundAgain(Instant at, SagaCommands commands) {
        attempts++;
        SagaLifecycle.associateWith(KEY, refundId());
        refund = Refund.ON_THE_WAY;
        enter(SETTLING, at, commands);
    }

    private void tellTheOrderOnceSettled(Instant at, SagaCommands commands) {
        if (isAt(SETTLING) && goodsAreBack() && refund != Refund.ON_THE_WAY) {
            tellTheOrder(at, commands);
        }
    }

    private void tellTheOrder(Instant at, SagaCommands commands) {
        enter(refund == Refund.GIVEN ? COMPLETING : REFUSING, at, commands);
    }

    // What an operator decided.

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessRetried retried, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(REFUSED) && isAbout(retried.process())) {
            refundAgain(at, commands);
        } else {
            retry(retried, commands);
        }
    }

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessResolved resolved, @Timestamp Instant at, SagaCommands commands) {
        resolve(resolved, at, commands);
    }

    @Override
    boolean giveUp(String reason, Instant at, SagaCommands commands) {
        if (!isAt(SETTLING)) {
            return false;
        }
        if (isMisused(RefundPayment.class)) {
            // Payment did not even try.
            refund = Refund.NONE;
        }
        if (attempts > 0) {
            // The order knows of the first refusal.
            awaitRefundIfAny(at, commands);
        } else {
            refusal = reason;
            tellTheOrder(at, commands);
        }
        return true;
    }

    @Override
    List<?> commands() {
        return switch (step()) {
            case SETTLING -> settling();
            case COMPLETING -> List.of(new CompleteReturn(orderId(), processId()));
            case REFUSING ->
                List.of(new RecordReturnRefundRefusal(orderId(), processId(), Objects.requireNonNull(refusal)));
            case REFUSED, AWAITING_REFUND -> List.of();
        };
    }

    private List<?> settling() {
        Stream<Object> goods = missingLines()
                .map(line ->
                        new ReturnStock(line.sku(), processId(), orderId(), line.restocked(), line.writtenOff(), null));
        Stream<Object> money = refund == Refund.ON_THE_WAY
                ? Stream.of(new RefundPayment(
                        paymentId(),
                        orderId(),
                        refundId(),
                        Objects.requireNonNullElse(left, inspected().refund()),
                        "RETURNED"))
                : Stream.empty();
        return Stream.concat(goods, money).toList();
    }

    @Override
    WaitsFor waitsFor() {
        return isAt(SETTLING) && !goodsAreBack() ? WaitsFor.STOCK : super.waitsFor();
    }

    private boolean goodsAreBack() {
        return missingLines().findAny().isEmpty();
    }

    /** Lines that came back, as far as stock has not said so yet. */
    private Stream<InspectedLine> missingLines() {
        return inspected().lines().stream()
                .filter(line -> line.restocked() + line.writtenOff() > 0 && !returnedSkus.contains(line.sku()));
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return inspected().returnId();
    }

    @Override
    String orderId() {
        return inspected().orderId();
    }

    private ReturnInspected inspected() {
        return Objects.requireNonNull(inspected, "the return of goods starts with their inspection");
    }
}
