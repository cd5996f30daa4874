package io.waybill.simulation;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.CourierByHand;
import io.waybill.payment.provider.OutstandingPayment;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;

/**
 * The workers of the payment service. They may choose any payment, tell an answer twice, or take so long to tell it that
 * others have asked again meanwhile.
 */
final class Courier implements Reader.Instance {

    private final CourierByHand courier;
    private final Choices choices;
    private final Log log;
    private final Consumer<PaymentCommand> answers;
    private final BiConsumer<Point, String> points;
    /** Answers that somebody has yet to tell. */
    private final List<PaymentCommand> late = new ArrayList<>();

    private boolean reliable;

    /**
     * @param answers is told what the bank answered
     * @param points is told before and after each call of whose order it is about, and may throw
     */
    Courier(Bank bank, Choices choices, Log log, Consumer<PaymentCommand> answers, BiConsumer<Point, String> points) {
        this.points = points;
        courier = new CourierByHand(bank);
        this.choices = choices;
        this.log = log;
        this.answers = answers;
    }

    /** From now on every answer is told at once. */
    void calmDown() {
        reliable = true;
    }

    @Override
    public void begin() {
        courier.forget();
    }

    /** Takes down what events ask for. */
    @Override
    public void handle(List<? extends EventMessage<?>> events, Claim claim) {
        for (EventMessage<?> event : events) {
            if (event instanceof DomainEventMessage<?> ofAggregate
                    && event.getPayload() instanceof PaymentEvent ofPayment) {
                courier.take(ofPayment, ofAggregate.getSequenceNumber(), event.getTimestamp());
            }
        }
    }

    /**
     * Carries what is outstanding of one payment; false if there is none that need not wait.
     *
     * @throws Crash if the worker ends before or after it
     */
    boolean run(Instant now) {
        List<String> due = courier.outstanding().stream()
                .filter(payment -> payment.sequence() == log.lastSequenceNumber(payment.paymentId()))
                .map(OutstandingPayment::paymentId)
                .filter(id -> !reliable
                        || courier.waitsForCustomerUntil(id)
                                .filter(now::isBefore)
                                .isEmpty())
                .toList();
        if (due.isEmpty()) {
            return false;
        }
        String payment = choices.oneOf(due);
        String order = courier.orderOf(payment);
        points.accept(Point.BEFORE_PROVIDER_CALL, order);
        Optional<PaymentCommand> answer = courier.carry(payment, now);
        points.accept(Point.AFTER_PROVIDER_CALL, order);
        answer.ifPresent(this::tell);
        return true;
    }

    /** When the first of the customers that are waited for is given up; empty if none is. */
    Optional<Instant> firstDeadline() {
        return courier.outstanding().stream()
                .flatMap(payment -> courier.waitsForCustomerUntil(payment.paymentId()).stream())
                .min(Instant::compareTo);
    }

    /** Looks at an authorization that the bank sent a message about; false if the bank has to send it again. */
    boolean look(String authorizationId, Instant now) {
        try {
            courier.look(authorizationId, now).ifPresent(this::tell);
            return true;
        } catch (ProviderUnreachable e) {
            return false;
        }
    }

    /** Tells an answer that is late; false if there is none. */
    boolean tellLate() {
        if (late.isEmpty()) {
            return false;
        }
        answers.accept(choices.draw(late));
        return true;
    }

    private void tell(PaymentCommand answer) {
        boolean now = reliable || !choices.onceIn(8);
        if (!now || (!reliable && choices.onceIn(16))) {
            late.add(answer);
        }
        if (now) {
            answers.accept(answer);
        }
    }
}
