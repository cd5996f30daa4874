package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaHistory;
import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.order.OrderCommand.RejectOrder;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
import io.waybill.messages.payment.ProviderOperation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A process that meets an event which it cannot handle: what an operator sees of it and can do about it. */
@NullUnmarked // a null is a failure here, or poison
class ParkedProcessTest {

    private static final Instant PLACED_AT = Instant.parse("2026-11-01T12:00:00Z");

    /** No authorization goes without an ID; checkouts look at it first of all. */
    private static final PaymentAuthorized POISON =
            new PaymentAuthorized(Samples.PAYMENT, Samples.ORDER, null, Samples.TOTAL, "auth-1", null);

    /** Checkouts take note of what is reserved wherever they are. */
    private static final StockReserved NAMELESS =
            new StockReserved(null, "reservation", Samples.ORDER, 2, List.of(), PLACED_AT);

    private static final OutcomeUnknown UNKNOWN = new OutcomeUnknown(
            Samples.PAYMENT, Samples.ORDER, ProviderOperation.AUTHORIZE, Samples.PAYMENT, "timed out");
    private static final ProcessRetried RETRIED =
            new ProcessRetried(Samples.ORDER, Samples.ORDER, CheckoutSaga.PROCESS);
    private static final ProcessResolved RESOLVED =
            new ProcessResolved(Samples.ORDER, Samples.ORDER, CheckoutSaga.PROCESS, Samples.RESOLUTION);

    private static final CheckoutProperties PROPERTIES = new CheckoutProperties(Duration.ofMinutes(15));
    /** So long that no checkout can begin, because there is no such time. */
    private static final CheckoutProperties BROKEN = new CheckoutProperties(Duration.ofSeconds(Long.MAX_VALUE));

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final List<Object> sent = new ArrayList<>();

    @BeforeEach
    void listen() {
        for (String command : List.of(
                "inventory.StockCommand$ReserveStock",
                "inventory.StockCommand$ReleaseStock",
                "payment.PaymentCommand$AuthorizePayment",
                "payment.PaymentCommand$CancelPayment",
                "order.OrderCommand$ConfirmOrder",
                "order.OrderCommand$RejectOrder")) {
            var unused = bus.subscribe("io.waybill.messages." + command, message -> {
                sent.add(message.getPayload());
                return null;
            });
        }
    }

    @Test
    void isStalledAndSaysAtWhatAndWhy() {
        ProcessView view = view(checkout(PROPERTIES).live(authorizingThen(POISON, UNKNOWN)));

        assertThat(view.stalled()).isTrue();
        assertThat(view.waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        assertThat(view.step()).isEqualTo("AUTHORIZING");
        assertThat(view.parked()).isEqualTo(new ProcessView.ParkedEvent(3, PaymentAuthorized.class.getName(), 1));
        assertThat(view.lastError()).contains("NullPointerException");
        assertThat(told())
                .containsExactly(new ProcessStalled(
                        Samples.ORDER,
                        Samples.ORDER,
                        "checkout",
                        "PaymentAuthorized",
                        "EVENT_NOT_HANDLED",
                        view.lastError()));
    }

    @Test
    void waitsAgainIfARetryFailsAgain() {
        ProcessView view = view(checkout(PROPERTIES).live(authorizingThen(POISON, RETRIED, UNKNOWN)));

        assertThat(view.stalled()).isTrue();
        assertThat(view.parked()).isEqualTo(new ProcessView.ParkedEvent(3, PaymentAuthorized.class.getName(), 1));
        assertThat(told()).hasSize(2);
    }

    @Test
    void aRetryOfAnotherProcessOfTheOrderIsNotItsOwn() {
        var cancellation = new ProcessRetried(Samples.ORDER, Samples.ORDER, CancellationSaga.PROCESS);

        ProcessView view = view(checkout(PROPERTIES).live(authorizingThen(POISON, cancellation)));

        assertThat(view.parked()).isEqualTo(new ProcessView.ParkedEvent(3, PaymentAuthorized.class.getName(), 0));
    }

    @Test
    void givesUpWhenItIsResolved() {
        ProcessView view = view(checkout(PROPERTIES).live(authorizingThen(POISON, UNKNOWN, RESOLVED)));

        assertThat(view.step()).isEqualTo("REJECTING");
        assertThat(view.stalled()).isFalse();
        assertThat(sent).last().isEqualTo(new RejectOrder(Samples.ORDER, Samples.RESOLUTION));
    }

    @Test
    void doesNotGiveUpWhatHasEndedByWhatCameLater() {
        List<EventMessage<?>> events = authorizingThen(POISON, new OrderConfirmed(Samples.ORDER, List.of()), RESOLVED);

        assertThat(checkout(PROPERTIES).live(events)).isEmpty();
        assertThat(sent).noneMatch(RejectOrder.class::isInstance);
    }

    @Test
    void isOverIfItIsResolvedAndMayHaveWaitedForJustThat() {
        assertThat(checkout(PROPERTIES).live(authorizingThen(CheckoutSagaTest.DECLINED, NAMELESS, RESOLVED)))
                .isEmpty();
    }

    @Test
    void isLedOnByWhatWaitedBehindWhenItIsResolved() {
        List<EventMessage<?>> events =
                authorizingThen(CheckoutSagaTest.DECLINED, NAMELESS, CheckoutSagaTest.REJECTED, RESOLVED);

        assertThat(checkout(PROPERTIES).live(events)).isEmpty();
        assertThat(sent).contains(Samples.CANCEL_PAYMENT, Samples.RELEASE_TEA, Samples.RELEASE_CUP);
    }

    @Test
    void isSeenEvenIfItsFirstEventIsTheOneAndIsLedOnByAReleaseThatCanHandleIt() {
        List<EventMessage<?>> events = stored(CheckoutSagaTest.PLACED, CheckoutSagaTest.TEA_RESERVED, RETRIED);
        ProcessView view = view(checkout(BROKEN).live(events.subList(0, 2)));

        assertThat(view.orderId()).isEqualTo(Samples.ORDER);
        assertThat(view.processId()).isEqualTo(Samples.ORDER);
        assertThat(view.step()).isEqualTo("NOT_STARTED");
        assertThat(view.since()).isEqualTo(PLACED_AT);
        assertThat(view.parked()).isEqualTo(new ProcessView.ParkedEvent(0, OrderPlaced.class.getName(), 1));

        assertThat(view(checkout(PROPERTIES).restored(events.subList(0, 2)))).isEqualTo(view);
        ProcessView afterwards = view(checkout(PROPERTIES).restored(events));
        assertThat(afterwards.step()).isEqualTo("RESERVING");
        assertThat(afterwards.stalled()).isFalse();
        assertThat(sent).isEmpty();
    }

    @Test
    void isOverIfItIsResolvedBeforeItBegan() {
        assertThat(checkout(BROKEN).live(stored(CheckoutSagaTest.PLACED, CheckoutSagaTest.TEA_RESERVED, RESOLVED)))
                .isEmpty();
    }

    private SagaHistory<CheckoutSaga> checkout(CheckoutProperties properties) {
        return new SagaHistory<>(CheckoutSaga.class, eventStore, bus, new NoDeadlines(), properties);
    }

    private List<EventMessage<?>> authorizingThen(Object... events) {
        List<Object> all = new ArrayList<>(
                List.of(CheckoutSagaTest.PLACED, CheckoutSagaTest.TEA_RESERVED, CheckoutSagaTest.CUP_RESERVED));
        all.addAll(List.of(events));
        return stored(all.toArray());
    }

    private ProcessView view(List<String> sagas) {
        assertThat(sagas).hasSize(1);
        return checkout(PROPERTIES).read(sagas.getFirst()).view();
    }

    /** At positions from 0 on. */
    private List<EventMessage<?>> stored(Object... events) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (Object event : events) {
            messages.add(new GenericEventMessage<>(
                    UUID.randomUUID().toString(), event, Map.of(), PLACED_AT.plusSeconds(messages.size())));
        }
        eventStore.publish(messages);
        return messages;
    }

    private List<ProcessStalled> told() {
        List<ProcessStalled> told = new ArrayList<>();
        try (var events = eventStore.openStream(null)) {
            while (events.hasNextAvailable()) {
                if (events.nextAvailable().getPayload() instanceof ProcessStalled stalled) {
                    told.add(stalled);
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return told;
    }

    private static final class NoDeadlines implements EventScheduler {

        @Override
        public ScheduleToken schedule(Instant at, Object event) {
            return new SimpleScheduleToken("deadline");
        }

        @Override
        public ScheduleToken schedule(Duration after, Object event) {
            return new SimpleScheduleToken("deadline");
        }

        @Override
        public void cancelSchedule(ScheduleToken token) {}
    }
}
