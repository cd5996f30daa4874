package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.order.OrderEvent.OrderConfirmed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.scheduling.ScheduleToken;
import org.axonframework.eventhandling.scheduling.java.SimpleScheduleToken;
import org.axonframework.messaging.unitofwork.DefaultUnitOfWork;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.axonframework.test.utils.RecordingCommandBus;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/** The one thing that the fixtures cannot store and load: the token of a deadline. */
class CheckoutSagaStorageTest {

    /** Set up as the chassis does. */
    private final Serializer serializer = Jackson3Serializer.builder()
            .jsonMapperBuilderCustomizer(json -> json.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder()
                    .allowIfSubType("org.axonframework.")
                    .build()))
            .build();

    private final SagaCommands commands = new SagaCommands(
            DefaultCommandGateway.builder()
                    .commandBus(new RecordingCommandBus())
                    .build(),
            SimpleEventBus.builder().build());
    private final OneDeadline scheduler = new OneDeadline();

    @Test
    void takesItsDeadlineBackAfterItWasStoredAndLoaded() {
        var saga = new CheckoutSaga();
        DefaultUnitOfWork.startAndGet(null)
                .execute(() -> saga.on(
                        CheckoutSagaTest.PLACED,
                        Instant.parse("2026-11-01T12:00:00Z"),
                        new CheckoutProperties(Duration.ofMinutes(15)),
                        scheduler,
                        commands));

        CheckoutSaga loaded = serializer.deserialize(serializer.serialize(saga, String.class));
        loaded.on(new OrderConfirmed(Samples.ORDER, List.of()), scheduler);

        assertThat(scheduler.cancelled).containsExactly(scheduler.token);
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
