package io.waybill.simulation;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.CourierByHand;
import io.waybill.payment.provider.OutstandingPayment;
import io.waybill.payment.provider.PaymentProvider.ProviderUnreachable;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;

/** The workers of the payment service: whichever payment they choose, they may die with the answer, or tell it twice. */
final class Courier {

    private final CourierByHand courier;
    private final Choices choices;
    private final Log log;
    private final Consumer<PaymentCommand> answers;
    private boolean reliable;

    /** @param answers is told what the bank answered */
    Courier(Bank bank, Choices choices, Log log, Consumer<PaymentCommand> answers) {
        courier = new CourierByHand(bank);
        this.choices = choices;
        this.log = log;
        this.answers = answers;
    }

    /** From now on nobody dies and nobody tells a thing twice. */
    void calmDown() {
        reliable = true;
    }

    /** Takes down what events ask for. */
    void read(List<? extends EventMessage<?>> events) {
        for (EventMessage<?> event : events) {
            if (event instanceof DomainEventMessage<?> ofAggregate
                    && event.getPayload() instanceof PaymentEvent ofPayment) {
                courier.take(ofPayment, ofAggregate.getSequenceNumber(), event.getTimestamp());
            }
        }
    }

    /** Carries what is outstanding of one payment; false if there is none that need not wait. */
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
        courier.carry(choices.oneOf(due), now).ifPresent(this::tell);
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

    private void tell(PaymentCommand answer) {
        int times = reliable || !choices.onceIn(10) ? 1 : choices.oneOf(List.of(0, 2));
        for (int i = 0; i < times; i++) {
            answers.accept(answer);
        }
    }
}
