package io.waybill.payment;

import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentEvent;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.jspecify.annotations.Nullable;

/** A payment without the fixture's ceremony, so that thousands of lives take seconds. */
final class PaymentInMemory {

    private static final AggregateModel<Payment> MODEL =
            AnnotatedAggregateMetaModelFactory.inspectAggregate(Payment.class);

    private final SimpleEventBus bus = SimpleEventBus.builder().build();
    private final List<PaymentEvent> events = new ArrayList<>();
    private EventSourcedAggregate<Payment> aggregate = empty();

    PaymentInMemory() {
        bus.subscribe(messages -> messages.forEach(message -> events.add((PaymentEvent) message.getPayload())));
    }

    /** Starts from what happened before. */
    void begin(List<PaymentEvent> history) {
        events.addAll(history);
        restart();
    }

    /** Forgets everything but the events. */
    void restart() {
        aggregate = empty();
        List<DomainEventMessage<?>> messages = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            messages.add(new GenericDomainEventMessage<>("Payment", "payment", i, events.get(i)));
        }
        aggregate.initializeState(DomainEventStream.of(messages));
    }

    /** What a command leads to. */
    List<PaymentEvent> handle(PaymentCommand command) {
        int before = events.size();
        var message = new GenericCommandMessage<>(command);
        DefaultUnitOfWork.startAndGet(message)
                .executeWithResult(() -> {
                    @Nullable Object result = aggregate.handle(message);
                    return String.valueOf(result);
                })
                .getPayload();
        return List.copyOf(events.subList(before, events.size()));
    }

    List<PaymentEvent> events() {
        return events;
    }

    private EventSourcedAggregate<Payment> empty() {
        return EventSourcedAggregate.reconstruct(
                new Payment(), MODEL, -1, false, bus, NoSnapshotTriggerDefinition.TRIGGER);
    }
}
