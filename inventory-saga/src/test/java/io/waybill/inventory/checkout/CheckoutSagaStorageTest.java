package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.AUTHORIZE;
import static io.waybill.inventory.checkout.Samples.AUTHORIZED;
import static io.waybill.inventory.checkout.Samples.CANCEL_PAYMENT;
import static io.waybill.inventory.checkout.Samples.CAPTURE;
import static io.waybill.inventory.checkout.Samples.CONFIRM;
import static io.waybill.inventory.checkout.Samples.CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CUP_RESERVED;
import static io.waybill.inventory.checkout.Samples.DECLINED;
import static io.waybill.inventory.checkout.Samples.PLACED;
import static io.waybill.inventory.checkout.Samples.REJECTED;
import static io.waybill.inventory.checkout.Samples.RELEASE_CUP;
import static io.waybill.inventory.checkout.Samples.RELEASE_TEA;
import static io.waybill.inventory.checkout.Samples.RESERVE_CUP;
import static io.waybill.inventory.checkout.Samples.RESERVE_TEA;
import static io.waybill.inventory.checkout.Samples.TEA_RESERVED;
import static io.waybill.inventory.checkout.Samples.reject;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.test.utils.RecordingCommandBus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** Between any two events the saga lies in its store, so it must come back from there as it was. */
class CheckoutSagaStorageTest {

    private final CheckoutProperties properties = new CheckoutProperties(Duration.ofMinutes(15), true);
    private final RecordingCommandBus bus = new RecordingCommandBus();
    private final SagaCommands commands =
            new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build());
    private final OneDeadline scheduler = new OneDeadline();
    private CheckoutSaga saga = new CheckoutSaga();

    @Test
    void comesBackAsItWasAfterEveryStepToCapture() {
        place();
        step(s -> s.on(TEA_RESERVED, commands));
        step(s -> s.on(CUP_RESERVED, commands));
        step(s -> s.on(AUTHORIZED, commands));
        step(s -> s.on(CONFIRMED, properties, scheduler, commands));

        assertThat(sent()).containsExactly(RESERVE_TEA, RESERVE_CUP, AUTHORIZE, CONFIRM, CAPTURE);
        assertThat(scheduler.cancelled).containsExactly(scheduler.token);
    }

    @Test
    void comesBackAsItWasAfterEveryStepToRejection() {
        place();
        step(s -> s.on(TEA_RESERVED, commands));
        step(s -> s.on(CUP_RESERVED, commands));
        step(s -> s.on(DECLINED, commands));
        step(s -> s.on(REJECTED, scheduler, commands));

        assertThat(sent())
                .containsExactly(
                        RESERVE_TEA,
                        RESERVE_CUP,
                        AUTHORIZE,
                        reject("INSUFFICIENT_FUNDS"),
                        CANCEL_PAYMENT,
                        RELEASE_TEA,
                        RELEASE_CUP);
        assertThat(scheduler.cancelled).containsExactly(scheduler.token);
    }

    private void place() {
        step(s -> s.on(PLACED, Instant.parse("2026-11-01T12:00:00Z"), properties, scheduler, commands));
    }

    private void step(Consumer<CheckoutSaga> handler) {
        DefaultUnitOfWork.startAndGet(null).execute(() -> handler.accept(saga));
        CheckoutSaga stored = storedAndLoaded(saga);
        assertThat(stored).usingRecursiveComparison().isEqualTo(saga);
        saga = stored;
    }

    private List<Object> sent() {
        return bus.getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }

    /** Set up as the chassis does. */
    private static CheckoutSaga storedAndLoaded(CheckoutSaga saga) {
        Serializer serializer = Jackson3Serializer.builder()
                .jsonMapperBuilderCustomizer(
                        json -> json.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                                .allowIfSubType("org.axonframework.")
                                .build()))
                .build();
        return serializer.deserialize(serializer.serialize(saga, String.class));
    }

    private static final class OneDeadline implements EventScheduler {

        private final ScheduleToken token = new SimpleScheduleToken("deadline-1");
        private final List<ScheduleToken> cancelled = new ArrayList<>();

        @Override
        public ScheduleToken schedule(Instant triggerDateTime, Object event) {
            return token;
        }

        @Override
        public ScheduleToken schedule(Duration triggerDuration, Object event) {
            return token;
        }

        @Override
        public void cancelSchedule(ScheduleToken scheduleToken) {
            cancelled.add(scheduleToken);
        }
    }
}
