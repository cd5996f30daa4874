package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.AmendmentSaga.Step.ACCEPTING;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.AUTHORIZING;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.AWAITING_CUSTOMER;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.EXTENDING;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.REDUCING;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.REFUSING;
import static io.waybill.inventory.checkout.AmendmentSaga.Step.UNDOING;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.inventory.StockCommand.ExtendReservation;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.UndoExtension;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.order.OrderCommand.AcceptAmendment;
import io.waybill.messages.order.OrderCommand.RefuseAmendment;
import io.waybill.messages.order.OrderEvent.AmendmentRefused;
import io.waybill.messages.order.OrderEvent.AmendmentRequested;
import io.waybill.messages.order.OrderEvent.OrderAmended;
import io.waybill.messages.payment.PaymentCommand.AuthorizeMore;
import io.waybill.messages.payment.PaymentCommand.VoidAuthorization;
import io.waybill.messages.payment.PaymentEvent.CustomerActionRequired;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.PaymentEvent.PaymentDeclined;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.spring.stereotype.Saga;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether an order can be what its customer now wants: reserves the pieces and authorizes the money that come
 * on top, and has the order accept. If either is refused the order stays as it was, and both are given back.
 */
@Saga
@ProcessingGroup("amendment")
public class AmendmentSaga extends OrderProcess<AmendmentSaga.Step> {

    enum Step implements OrderProcess.Step {
        EXTENDING(WaitsFor.STOCK),
        AUTHORIZING(WaitsFor.PAYMENT),
        AWAITING_CUSTOMER(WaitsFor.CUSTOMER),
        ACCEPTING(WaitsFor.ORDER),
        REDUCING(WaitsFor.NOBODY),
        REFUSING(WaitsFor.ORDER),
        UNDOING(WaitsFor.NOBODY);

        private final WaitsFor waitsFor;

        Step(WaitsFor waitsFor) {
            this.waitsFor = waitsFor;
        }

        @Override
        public WaitsFor waitsFor() {
            return waitsFor;
        }
    }

    static final String PROCESS = "amendment";
    static final String KEY = "amendmentId";
    /** An authorization is associated with its own ID: a payment has several, and an order more than one amendment. */
    private static final String AUTHORIZATION = "authorizationId";

    private @Nullable AmendmentRequested amendment;
    /** Not final, because Jackson leaves a final field as it is when the saga is read back. */
    private SortedSet<String> extendedSkus = new TreeSet<>();

    private boolean moneyAsked;
    private @Nullable String refusal;

    // The happy path.

    @StartSaga
    @SagaEventHandler(associationProperty = KEY)
    void on(AmendmentRequested requested, @Timestamp Instant at, SagaCommands commands) {
        if (hasStarted()) {
            return;
        }
        amendment = requested;
        SagaLifecycle.associateWith(AUTHORIZATION, authorizationId());
        if (requested.increases().isEmpty()) {
            authorizeOrAccept(at, commands);
        } else {
            enter(EXTENDING, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = "extensionId", keyName = KEY)
    void on(ReservationExtended extended, @Timestamp Instant at, SagaCommands commands) {
        extendedSkus.add(extended.sku());
        if (isAt(EXTENDING) && extendedSkus.size() == amendment().increases().size()) {
            authorizeOrAccept(at, commands);
        }
    }

    private void authorizeOrAccept(Instant at, SagaCommands commands) {
        moneyAsked = amendment().additional().minor() > 0;
        enter(moneyAsked ? AUTHORIZING : ACCEPTING, at, commands);
    }

    @SagaEventHandler(associationProperty = AUTHORIZATION)
    void on(CustomerActionRequired required, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING)) {
            enter(AWAITING_CUSTOMER, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = AUTHORIZATION)
    void on(PaymentAuthorized authorized, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER)) {
            enter(ACCEPTING, at, commands);
        }
    }

    @SagaEventHandler(associationProperty = KEY)
    void on(OrderAmended amended, @Timestamp Instant at, SagaCommands commands) {
        enter(REDUCING, at, commands);
    }

    // Refusals, and what they undo.

    @SagaEventHandler(associationProperty = "extensionId", keyName = KEY)
    void on(ExtensionRefused refused, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(EXTENDING)) {
            refuse(refused.reason(), at, commands);
        }
    }

    @SagaEventHandler(associationProperty = AUTHORIZATION)
    void on(PaymentDeclined declined, @Timestamp Instant at, SagaCommands commands) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER)) {
            refuse(declined.reason(), at, commands);
        }
    }

    @SagaEventHandler(associationProperty = "operationId", keyName = AUTHORIZATION)
    void on(OutcomeUnknown unknown) {
        if (isAt(AUTHORIZING, AWAITING_CUSTOMER)) {
            note(unknown);
        }
    }

    private void refuse(String reason, Instant at, SagaCommands commands) {
        refusal = reason;
        enter(REFUSING, at, commands);
    }

    /** Also comes unasked, at any step: when the order is cancelled meanwhile. */
    @SagaEventHandler(associationProperty = KEY)
    void on(AmendmentRefused refused, @Timestamp Instant at, SagaCommands commands) {
        enter(UNDOING, at, commands);
    }

    // What an operator decided.

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessRetried retried, SagaCommands commands) {
        retry(retried, commands);
    }

    @SagaEventHandler(associationProperty = "processId", keyName = KEY)
    void on(ProcessResolved resolved, @Timestamp Instant at, SagaCommands commands) {
        resolve(resolved, at, commands);
    }

    @Override
    boolean giveUp(String reason, Instant at, SagaCommands commands) {
        if (isAt(REDUCING, REFUSING, UNDOING)) {
            return false;
        }
        refuse(reason, at, commands);
        return true;
    }

    @Override
    List<?> commands() {
        return switch (step()) {
            case EXTENDING ->
                amendment().increases().stream()
                        .map(line -> new ExtendReservation(
                                line.sku(), reservationId(line.sku()), orderId(), processId(), line.quantity()))
                        .toList();
            case AUTHORIZING ->
                List.of(new AuthorizeMore(
                        paymentId(), orderId(), authorizationId(), amendment().additional()));
            case AWAITING_CUSTOMER -> List.of();
            case ACCEPTING -> List.of(new AcceptAmendment(orderId(), processId()));
            case REDUCING ->
                amendment().decreases().stream()
                        .map(line -> new ReduceReservation(
                                line.sku(), reservationId(line.sku()), orderId(), processId(), line.quantity()))
                        .toList();
            case REFUSING -> List.of(new RefuseAmendment(orderId(), processId(), Objects.requireNonNull(refusal)));
            case UNDOING -> undoing();
        };
    }

    /** Asks to undo also what has not answered yet: stock and payment remember, and undo it when it comes. */
    private List<?> undoing() {
        Stream<Object> money = moneyAsked
                ? Stream.of(new VoidAuthorization(paymentId(), orderId(), authorizationId()))
                : Stream.empty();
        Stream<Object> goods = amendment().increases().stream()
                .map(line -> new UndoExtension(line.sku(), reservationId(line.sku()), orderId(), processId()));
        return Stream.concat(money, goods).toList();
    }

    // Who it is.

    @Override
    String process() {
        return PROCESS;
    }

    @Override
    String processId() {
        return amendment().amendmentId();
    }

    @Override
    String orderId() {
        return amendment().orderId();
    }

    private AmendmentRequested amendment() {
        return Objects.requireNonNull(amendment, "an amendment starts with a request");
    }

    private String authorizationId() {
        return DerivedId.authorization(orderId(), processId());
    }
}
