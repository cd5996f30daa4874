package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.axonframework.commandhandling.GenericCommandResultMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a null is a failure here
class SagaCommandsTest {

    private final List<String> history = new ArrayList<>();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final SagaCommands commands =
            new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build());

    @Test
    void joinsTheCommandsOfABatchBeforeAnythingIsStored() {
        bus.subscribe(String.class.getName(), command -> {
            history.add("answered " + command.getPayload());
            return null;
        });

        handleBatch("one", "two");

        assertThat(history)
                .containsExactly(
                        "answered one",
                        "answered two",
                        "all answered, says one",
                        "all answered, says two",
                        "stored one",
                        "stored two");
    }

    @Test
    void storesNothingWhenACommandFails() {
        bus.subscribe(String.class.getName(), command -> {
            if (command.getPayload().equals("two")) {
                throw new IllegalStateException("two fails");
            }
            history.add("answered " + command.getPayload());
            return GenericCommandResultMessage.asCommandResultMessage(null);
        });

        var result = handleBatch("one", "two");

        assertThat(result.isExceptional()).isTrue();
        assertThat(history).containsExactly("answered one");
    }

    private org.axonframework.messaging.ResultMessage<?> handleBatch(String... payloads) {
        List<EventMessage<?>> events = new ArrayList<>();
        for (String payload : payloads) {
            events.add(GenericEventMessage.asEventMessage(payload));
        }
        var batch = new BatchingUnitOfWork<EventMessage<?>>(events);
        var join = new SagaCommands.Join();
        return batch.executeWithResult(
                () -> join.handle(batch, () -> {
                    Object payload = batch.getMessage().getPayload();
                    // A saga is registered to be stored when it is loaded, which is before it sends anything.
                    batch.onPrepareCommit(all -> history.add("stored " + payload));
                    commands.onceAnswered(() -> history.add("all answered, says " + payload));
                    commands.send(payload);
                    return null;
                }),
                RollbackConfigurationType.ANY_THROWABLE);
    }
}
