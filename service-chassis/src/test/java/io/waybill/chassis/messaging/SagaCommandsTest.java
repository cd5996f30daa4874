package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.axonframework.commandhandling.GenericCommandResultMessage;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.messaging.ResultMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a null is a failure here
class SagaCommandsTest {

    private final List<String> history = new ArrayList<>();
    private final SimpleCommandBus bus = SimpleCommandBus.builder().build();
    private final SimpleEventBus events = SimpleEventBus.builder().build();
    private final SagaCommands commands =
            new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build(), events);

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

    @Test
    void tellsOfAMisuseBeforeAnythingIsStoredAndGoesOn() {
        bus.subscribe(String.class.getName(), command -> {
            if (command.getPayload().equals("two")) {
                throw Misuse.conflict("UNLUCKY", "Count by another number.");
            }
            history.add("answered " + command.getPayload());
            return null;
        });
        events.subscribe(published -> published.forEach(event -> history.add("published " + event.getPayload())));

        var result = handleBatch(this::sendPrepared, "one", "two", "three");

        assertThat(result.isExceptional()).isFalse();
        assertThat(history)
                .containsExactly(
                        "answered one",
                        "answered three",
                        "published UNLUCKY of two",
                        "stored one",
                        "stored two",
                        "stored three");
    }

    @Test
    void tellsOfNoMisuseIfAnotherCommandFails() {
        bus.subscribe(String.class.getName(), command -> {
            throw command.getPayload().equals("one")
                    ? Misuse.conflict("UNLUCKY", "Count by another number.")
                    : new IllegalStateException("two fails");
        });
        events.subscribe(published -> published.forEach(event -> history.add("published " + event.getPayload())));

        var result = handleBatch(this::sendPrepared, "one", "two");

        assertThat(result.isExceptional()).isTrue();
        assertThat(history).isEmpty();
    }

    @Test
    void whatIsToldOfAMisuseIsFollowedAsWhatLedToIt() {
        bus.subscribe(String.class.getName(), command -> {
            throw Misuse.conflict("UNLUCKY", "Count by another number.");
        });
        List<EventMessage<?>> told = new ArrayList<>();
        events.subscribe(told::addAll);

        handleBatch(this::sendPrepared, "one", "two");

        assertThat(told)
                .extracting(event -> event.getMetaData().get("of"), EventMessage::getPayload)
                .containsExactly(tuple("one", "UNLUCKY of one"), tuple("two", "UNLUCKY of two"));
    }

    private void sendPrepared(Object payload) {
        commands.send(payload, fault -> fault.code() + " of " + payload);
    }

    private void sendAndListen(Object payload) {
        commands.onceAnswered(() -> history.add("all answered, says " + payload));
        commands.send(payload);
    }

    private ResultMessage<?> handleBatch(String... payloads) {
        return handleBatch(this::sendAndListen, payloads);
    }

    private ResultMessage<?> handleBatch(Consumer<Object> handler, String... payloads) {
        List<EventMessage<?>> messages = new ArrayList<>();
        for (String payload : payloads) {
            messages.add(GenericEventMessage.asEventMessage(payload));
        }
        var batch = new BatchingUnitOfWork<EventMessage<?>>(messages);
        batch.registerCorrelationDataProvider(message -> Map.of("of", message.getPayload()));
        var join = new SagaCommands.Join("any", new Checkpoints("any", Set.of(), () -> {
            throw new IllegalStateException("There is no event store");
        }));
        return batch.executeWithResult(
                () -> join.handle(batch, () -> {
                    Object payload = batch.getMessage().getPayload();
                    // A saga is registered to be stored when it is loaded, which is before it sends anything.
                    batch.onPrepareCommit(all -> history.add("stored " + payload));
                    handler.accept(payload);
                    return null;
                }),
                RollbackConfigurationType.ANY_THROWABLE);
    }
}
