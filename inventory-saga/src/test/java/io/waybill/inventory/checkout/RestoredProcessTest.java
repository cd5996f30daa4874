package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.chassis.messaging.SagaHistory;
import io.waybill.messages.checkout.CheckoutEvent.CheckoutDeadlinePassed;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import io.waybill.messages.payment.PaymentEvent.PaymentAuthorized;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** A process that is lost after any of its events and given them again is what it was, and asks for nothing. */
class RestoredProcessTest {

    private static final Instant PLACED_AT = Instant.parse("2026-11-01T12:00:00Z");
    private static final PaymentAuthorized AUTHORIZED =
            new PaymentAuthorized(Samples.PAYMENT, Samples.ORDER, Samples.PAYMENT, Samples.TOTAL, "auth-1", null);

    static final List<List<Object>> CHECKOUTS = List.of(
            List.of(
                    CheckoutSagaTest.PLACED,
                    CheckoutSagaTest.TEA_RESERVED,
                    CheckoutSagaTest.CUP_RESERVED,
                    AUTHORIZED,
                    new OrderConfirmed(Samples.ORDER, List.of())),
            List.of(
                    CheckoutSagaTest.PLACED,
                    CheckoutSagaTest.TEA_RESERVED,
                    CheckoutSagaTest.CUP_RESERVED,
                    CheckoutSagaTest.DECLINED,
                    CheckoutSagaTest.REJECTED,
                    new ProcessRetried(Samples.ORDER, Samples.ORDER, CheckoutSaga.PROCESS),
                    new ProcessResolved(Samples.ORDER, Samples.ORDER, CheckoutSaga.PROCESS, "settled by hand")));

    static final List<List<Object>> CANCELLATIONS = List.of(List.of(
            Samples.CANCELLED_FROM_CONFIRMED,
            new ProcessRetried(Samples.ORDER, Samples.ORDER, CancellationSaga.PROCESS),
            new ProcessResolved(Samples.ORDER, Samples.ORDER, CancellationSaga.PROCESS, "settled by hand")));

    private final EventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final List<Object> asked = new ArrayList<>();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final Deadlines deadlines = new Deadlines();

    @ParameterizedTest
    @FieldSource("CHECKOUTS")
    void aCheckoutIsWhatItWas(List<Object> events) {
        isRestoredAfterEachOf(events, CheckoutSaga.class, "nothing");
    }

    @ParameterizedTest
    @FieldSource("CHECKOUTS")
    void aCheckoutThatWasRefusedSomethingIsWhatItWas(List<Object> events) {
        for (String refused :
                List.of("ReserveStock", "AuthorizePayment", "ConfirmOrder", "RejectOrder", "ReleaseStock")) {
            isRestoredAfterEachOf(events, CheckoutSaga.class, refused);
        }
    }

    @ParameterizedTest
    @FieldSource("CANCELLATIONS")
    void aProcessOfOneStepIsOverOrWaitsForSomebodyAsItWas(List<Object> events) {
        for (String refused : List.of("nothing", "ReleaseStock", "CancelPayment")) {
            isRestoredAfterEachOf(events, CancellationSaga.class, refused);
        }
    }

    @Test
    void aRefusedCancellationIsThereAgain() {
        refuse("ReleaseStock");

        var history = new SagaHistory<>(CancellationSaga.class, eventStore, bus);
        List<EventMessage<?>> events = messages(List.of(Samples.CANCELLED_FROM_CONFIRMED));
        history.live(events);

        assertThat(history.restored(events)).singleElement().asString().contains("NOT_NOW");
    }

    /** The setting may have changed since, but what the event store publishes is the deadline that was set. */
    @Test
    void aCheckoutEndsByTheDeadlineThatWasSetBeforeItWasLost() {
        var history = new SagaHistory<>(
                CheckoutSaga.class, eventStore, bus, deadlines, new CheckoutProperties(Duration.ofMinutes(3)));

        List<String> restored = history.restored(messages(List.of(
                CheckoutSagaTest.PLACED, new CheckoutDeadlinePassed(Samples.ORDER, PLACED_AT.plusSeconds(900)))));

        assertThat(restored).singleElement().asString().contains("REJECTING");
    }

    private <S> void isRestoredAfterEachOf(List<Object> events, Class<S> type, String refused) {
        refuse(refused);
        for (int count = 1; count <= events.size(); count++) {
            var history =
                    new SagaHistory<>(type, eventStore, bus, deadlines, new CheckoutProperties(Duration.ofMinutes(15)));
            List<EventMessage<?>> given = messages(events.subList(0, count));
            List<String> before = history.live(given);
            asked.clear();
            deadlines.asked = 0;

            assertThat(history.restored(given).stream().map(RestoredProcessTest::withoutDeadline))
                    .containsExactlyInAnyOrderElementsOf(before.stream()
                            .map(RestoredProcessTest::withoutDeadline)
                            .toList());

            assertThat(asked).isEmpty();
            assertThat(deadlines.asked).isZero();
        }
    }

    /** Which deadline was set is not known afterwards; that it passes is known to the event store. */
    private static String withoutDeadline(String saga) {
        return saga.replaceAll("\"deadline\":(null|\\{[^}]*})", "\"deadline\":null");
    }

    private static List<EventMessage<?>> messages(List<Object> events) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (Object event : events) {
            messages.add(new GenericEventMessage<>(
                    UUID.randomUUID().toString(), event, Map.of(), PLACED_AT.plusSeconds(messages.size())));
        }
        return messages;
    }

    private void refuse(String refused) {
        for (String command : List.of(
                "inventory.StockCommand$ReserveStock",
                "inventory.StockCommand$ReleaseStock",
                "payment.PaymentCommand$AuthorizePayment",
                "payment.PaymentCommand$CancelPayment",
                "order.OrderCommand$ConfirmOrder",
                "order.OrderCommand$RejectOrder")) {
            var unused = bus.subscribe("io.waybill.messages." + command, message -> {
                asked.add(message.getPayload());
                if (command.endsWith("$" + refused)) {
                    throw Misuse.conflict("NOT_NOW", "Ask another day.");
                }
                return null;
            });
        }
    }

    private static final class Deadlines implements EventScheduler {

        private int asked;

        @Override
        public ScheduleToken schedule(Instant at, Object event) {
            asked++;
            return new SimpleScheduleToken("deadline");
        }

        @Override
        public ScheduleToken schedule(Duration after, Object event) {
            asked++;
            return new SimpleScheduleToken("deadline");
        }

        @Override
        public void cancelSchedule(ScheduleToken token) {
            asked++;
        }
    }
}
