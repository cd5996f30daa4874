package io.waybill.payment.provider;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Correlation;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.mongo.ViewBatch;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.OutstandingPayment.Operation;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * What payments want of the provider and have no answer to: kept from their events, and answered by recording what the
 * workers bring back. Lost documents are made anew from the events; a payment is only worked at when all its events are
 * in here, so that no replay asks for what is answered already.
 */
@Component
@ProcessingGroup(ProviderOperations.PROCESSOR)
class ProviderOperations {

    static final String PROCESSOR = "provider-operations";

    /** Precedes the ID of an authorization that is to be looked at, because nothing of it is outstanding. */
    static final String LOOK = "LOOK ";

    /** Names the message that led to an operation, beside the metadata that is handed on from it. */
    static final String CAUSE = "cause";

    private static final List<String> HANDED_ON =
            List.of(Correlation.CORRELATION_ID, Correlation.ACTOR, Correlation.TRACEPARENT);

    private final ViewStore<OutstandingPayment> payments;
    private final ProviderWork work;
    private final SagaCommands commands;
    private final Correlation correlation;
    private final EventStore eventStore;

    ProviderOperations(
            MongoDatabase database,
            ProviderWork work,
            SagaCommands commands,
            Correlation correlation,
            EventStore eventStore) {
        this.payments = new ViewStore<>(database, "outstandingPayments", OutstandingPayment.class);
        this.work = work;
        this.commands = commands;
        this.correlation = correlation;
        this.eventStore = eventStore;
    }

    @EventHandler
    void on(
            PaymentEvent event,
            EventMessage<?> message,
            TrackingToken token,
            @SequenceNumber long sequence,
            @Timestamp Instant at) {
        ViewBatch.beginInProcess(PROCESSOR);
        payments.fold(
                event.paymentId(),
                Positions.of(token),
                sequence,
                payment -> OutstandingPayment.fold(payment, event, sequence, at, cause(message)));
        ViewBatch.onceWritten(event.paymentId(), () -> find(event.paymentId()).ifPresent(this::schedule));
    }

    /** Sees to it that a payment is worked at when it has to be. */
    void schedule(OutstandingPayment payment) {
        Optional<Operation> head = payment.head();
        if (head.isPresent()) {
            work.schedule(
                    payment.paymentId(),
                    payment.sequence(),
                    head.get().key(),
                    head.get().since());
            return;
        }
        payment.firstToExpire()
                .ifPresentOrElse(
                        hold -> work.schedule(
                                payment.paymentId(),
                                payment.sequence(),
                                LOOK + hold.authorizationId(),
                                hold.expiresAt() == null ? Instant.EPOCH : hold.expiresAt()),
                        () -> work.remove(payment.paymentId(), payment.sequence()));
    }

    /** Has the provider asked about an authorization now; without effect if nobody knows the payment. */
    void look(String paymentId, String authorizationId, Instant now) {
        Optional<OutstandingPayment> payment = find(paymentId);
        if (payment.isEmpty() || payment.get().hold(authorizationId).isEmpty()) {
            return;
        }
        if (payment.get().head().isEmpty()) {
            work.schedule(paymentId, payment.get().sequence(), LOOK + authorizationId, now);
        }
        work.hurry(paymentId, now);
    }

    Optional<OutstandingPayment> find(String paymentId) {
        return Optional.ofNullable(payments.find(paymentId));
    }

    /** All payments of which something is outstanding. */
    List<OutstandingPayment> outstanding() {
        return payments.find(ne("view.operations", List.of()), ascending("position"), 0);
    }

    /** The payments of which an outcome is unknown. */
    List<OutstandingPayment> unknown() {
        return payments.find(eq("view.operations.unknown", true), ascending("position"), 0);
    }

    /** Whether all events of a payment are in its document. */
    boolean isCurrent(OutstandingPayment payment) {
        return eventStore.lastSequenceNumberFor(payment.paymentId()).orElse(-1L) == payment.sequence();
    }

    /** Records what the provider answered, as a consequence of what asked for the operation. */
    void record(PaymentCommand answer, Map<String, String> cause) {
        Map<String, String> metadata = new HashMap<>(cause);
        String id = String.valueOf(metadata.remove(CAUSE));
        var consequence = new GenericEventMessage<>(id, answer, metadata, GenericEventMessage.clock.instant());
        var unitOfWork = new DefaultUnitOfWork<>(consequence);
        unitOfWork.registerCorrelationDataProvider(correlation);
        unitOfWork.start();
        unitOfWork.execute(() -> commands.send(answer));
    }

    private static Map<String, String> cause(EventMessage<?> message) {
        Map<String, String> cause = new HashMap<>();
        cause.put(CAUSE, message.getIdentifier());
        for (String key : HANDED_ON) {
            @Nullable Object value = message.getMetaData().get(key);
            if (value != null) {
                cause.put(key, value.toString());
            }
        }
        return cause;
    }
}
