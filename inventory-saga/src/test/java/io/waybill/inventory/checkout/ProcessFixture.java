package io.waybill.inventory.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Misuse;
import io.waybill.chassis.messaging.SagaFixtures;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.axonframework.messaging.Message;
import org.axonframework.test.saga.FixtureExecutionResult;
import org.axonframework.test.saga.SagaTestFixture;
import org.axonframework.test.saga.WhenState;
import org.jspecify.annotations.Nullable;

/** A process with its history, of which peers refuse some commands as a misuse. */
final class ProcessFixture<S extends OrderProcess<?>> {

    static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");

    private final SagaTestFixture<S> fixture;
    private @Nullable S process;

    ProcessFixture(Class<S> type) {
        fixture = SagaFixtures.fixtureFor(type, loaded -> process = loaded);
        fixture.givenCurrentTime(NOW);
    }

    SagaTestFixture<S> axon() {
        return fixture;
    }

    WhenState given(Object... events) {
        WhenState state = fixture.givenNoPriorActivity();
        for (Object event : events) {
            state = fixture.andThenAPublished(event);
        }
        return state;
    }

    /** From now on, commands of this type are refused. */
    ProcessFixture<S> refusing(Class<?> command) {
        fixture.setCallbackBehavior((payload, metaData) -> {
            if (command.isInstance(payload)) {
                throw Misuse.conflict("NOT_NOW", "Ask another day.");
            }
            return null;
        });
        return this;
    }

    /** From now on, all commands are carried out. */
    void refusingNothing() {
        fixture.setCallbackBehavior((payload, metaData) -> null);
    }

    /** As it was last stored. */
    ProcessView view() {
        return Objects.requireNonNull(process).view();
    }

    ProcessStalled stalledBy(Class<?> command) {
        ProcessView view = view();
        return new ProcessStalled(
                view.orderId(),
                view.processId(),
                view.process(),
                command.getSimpleName(),
                "NOT_NOW",
                "Ask another day.");
    }

    FixtureExecutionResult whenRetried() {
        ProcessView view = view();
        return fixture.whenPublishingA(new ProcessRetried(view.orderId(), view.processId(), view.process()));
    }

    FixtureExecutionResult whenResolved() {
        ProcessView view = view();
        return fixture.whenPublishingA(
                new ProcessResolved(view.orderId(), view.processId(), view.process(), Samples.RESOLUTION));
    }

    void everythingDeliveredTwiceChangesNothing(List<Object> events) {
        given(events.toArray());
        ProcessView before = view();
        fixture.getCommandBus().clearCommands();

        events.forEach(fixture::andThenAPublished);

        assertThat(sent()).isEmpty();
        assertThat(view()).isEqualTo(before);
    }

    void deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List<Object> events) {
        given(events.toArray());
        List<Object> first = sent();
        fixture.getCommandBus().clearCommands();

        given(events.toArray());

        assertThat(sent()).isEqualTo(first);
        fixture.whenTimeElapses(Duration.ZERO).expectActiveSagas(0);
    }

    private List<Object> sent() {
        return fixture.getCommandBus().getDispatchedCommands().stream()
                .<Object>map(Message::getPayload)
                .toList();
    }
}
