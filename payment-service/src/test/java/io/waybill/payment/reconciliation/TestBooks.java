package io.waybill.payment.reconciliation;

import com.mongodb.client.MongoDatabase;
import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.order.OrderDetails.Return;
import io.waybill.messages.order.OrderDetails.ReturnStatus;
import io.waybill.messages.order.OrderStatus;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.ReconciliationEvent;
import io.waybill.payment.reconciliation.ReconciliationRuns.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.callbacks.FutureCallback;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventsourcing.EventSourcingRepository;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.AggregateAnnotationCommandHandler;
import org.bson.Document;

/** All three books, and what compares them, with nothing started. */
final class TestBooks {

    static final Instant NOW = Instant.parse("2026-11-20T12:00:00Z");
    static final Instant LONG_AGO = NOW.minus(Duration.ofHours(1));
    static final Instant JUST_NOW = NOW.minus(Duration.ofSeconds(10));
    static final Duration GRACE = Duration.ofMinutes(5);

    final FakeProvider provider = new FakeProvider();
    final Map<String, OrderDetails> orders = new HashMap<>();
    final EmbeddedEventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    final ExpectedLedger ledger;
    final DiscrepancyQueue queue;
    final Examination examination;
    final Repairs repairs;
    final Reconciliation reconciliation;
    final ReconciliationRuns runs;
    /** What was asked of payments, of which there are none. */
    final List<PaymentCommand> askedOfPayments = new ArrayList<>();

    final MutableClock clock = new MutableClock(NOW);
    private final SimpleCommandBus commandBus = SimpleCommandBus.builder().build();
    private long position;

    TestBooks(MongoDatabase database) {
        for (String collection : List.of("expectedLedger", "discrepancies", "reconciliations", "reconciliationSeen")) {
            database.getCollection(collection).deleteMany(new Document());
        }
        ledger = new ExpectedLedger(database);
        queue = new DiscrepancyQueue(database);
        examination = new Examination(provider.calls, eventStore, orders::get, GRACE, clock);
        repairs = new Repairs(provider.calls, examination, this::send);
        reconciliation = new Reconciliation(provider.calls, ledger, queue, examination, database, this::send);
        runs = new ReconciliationRuns(database, clock);
        AggregateAnnotationCommandHandler.<Discrepancy>builder()
                .aggregateType(Discrepancy.class)
                .repository(EventSourcingRepository.builder(Discrepancy.class)
                        .eventStore(eventStore)
                        .build())
                .build()
                .subscribe(commandBus);
        var unused = eventStore.subscribe(events -> events.stream()
                .filter(event -> event.getPayload() instanceof ReconciliationEvent)
                .forEach(event -> queue.on(
                        (ReconciliationEvent) event.getPayload(),
                        nextToken(),
                        ((DomainEventMessage<?>) event).getSequenceNumber(),
                        event.getTimestamp(),
                        "ada")));
    }

    void happened(Instant at, PaymentEvent... events) {
        for (PaymentEvent event : events) {
            append("Payment", event.paymentId(), event, at);
            ledger.on(event, nextToken(), lastVersion(event.paymentId()), at);
        }
    }

    /** Nothing but the fold of our own events knows of this: the projection is behind. */
    void happenedUnprojected(Instant at, PaymentEvent event) {
        append("Payment", event.paymentId(), event, at);
    }

    /** An order that has not changed for long. */
    void order(String orderId, OrderStatus status, Money total, long shippedMinor, Map<String, Long> returns) {
        append("Order", orderId, "something happened", LONG_AGO);
        orders.put(orderId, details(orderId, status, total, shippedMinor, returns, lastVersion(orderId), LONG_AGO));
    }

    long lastVersion(String aggregateId) {
        return eventStore.lastSequenceNumberFor(aggregateId).orElse(-1L);
    }

    Progress run() {
        var run = runs.begin(UUID.randomUUID().toString(), Instant.EPOCH).orElseThrow();
        Progress progress = reconciliation.carryOut(run, any -> true).orElseThrow();
        runs.complete(run, progress);
        return progress;
    }

    void send(Object command) {
        if (command instanceof PaymentCommand asked) {
            askedOfPayments.add(asked);
            return;
        }
        var callback = new FutureCallback<Object, Object>();
        commandBus.dispatch(GenericCommandMessage.asCommandMessage(command), callback);
        var result = callback.getResult();
        if (result.isExceptional()) {
            throw (RuntimeException) result.exceptionResult();
        }
    }

    static OrderDetails details(
            String orderId,
            OrderStatus status,
            Money total,
            long shippedMinor,
            Map<String, Long> returns,
            long version,
            Instant updatedAt) {
        long refunded = returns.values().stream().mapToLong(Long::longValue).sum();
        return new OrderDetails(
                orderId,
                "customer-1",
                status,
                null,
                List.of(),
                total,
                new Money(shippedMinor, total.currency()),
                new Money(refunded, total.currency()),
                new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB"),
                List.of(),
                returns.entrySet().stream()
                        .map(one -> new Return(
                                one.getKey(),
                                ReturnStatus.COMPLETED,
                                List.of(),
                                "too small",
                                List.of(),
                                new Money(one.getValue(), total.currency()),
                                null,
                                null))
                        .toList(),
                null,
                null,
                version,
                updatedAt,
                updatedAt);
    }

    private void append(String type, String aggregateId, Object payload, Instant at) {
        DomainEventMessage<?> event = new GenericDomainEventMessage<>(
                type,
                aggregateId,
                lastVersion(aggregateId) + 1,
                payload,
                MetaData.emptyInstance(),
                UUID.randomUUID().toString(),
                at);
        eventStore.publish(event);
    }

    private GlobalSequenceTrackingToken nextToken() {
        return new GlobalSequenceTrackingToken(position++);
    }

    /** A clock that a test turns. */
    static final class MutableClock extends Clock {

        private Instant now;

        MutableClock(Instant now) {
            this.now = now;
        }

        void turn(Duration by) {
            now = now.plus(by);
        }

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
