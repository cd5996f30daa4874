package io.waybill.chassis.messaging;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.axonframework.commandhandling.gateway.CommandGateway;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.queryhandling.QueryGateway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No request waits for ever. */
class UnansweredTest {

    private final CommandGateway commands = mock();
    private final QueryGateway queries = mock();

    @AfterEach
    void forgetTheInterruption() {
        Thread.interrupted();
    }

    @Test
    void aCommandIsWaitedForUntilATimeLimit() {
        when(commands.send("command")).thenReturn(new Late<>());

        assertThatThrownBy(() -> new RequestCommands(commands, mock(EventStore.class)).send("command"))
                .isInstanceOf(Unanswered.class);
    }

    @Test
    void aQuestionIsWaitedForUntilATimeLimit() {
        when(queries.query("query", String.class)).thenReturn(new Late<>());

        assertThatThrownBy(() -> new RequestQueries(queries).ask("query", String.class))
                .isInstanceOf(Unanswered.class);
    }

    @Test
    void nobodyWaitsInAProcessThatStops() {
        when(commands.send("command")).thenReturn(new CompletableFuture<>());
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> new RequestCommands(commands, mock(EventStore.class)).send("command"))
                .isInstanceOf(Unanswered.class);
    }

    /** Its answer never comes within the time, and fails the test if it is waited for without a limit. */
    private static final class Late<T> extends CompletableFuture<T> {

        @Override
        public T get(long timeout, TimeUnit unit) throws TimeoutException {
            throw new TimeoutException(timeout + " " + unit);
        }

        @Override
        public T get() {
            throw new AssertionError("waits for ever");
        }

        @Override
        public T join() {
            throw new AssertionError("waits for ever");
        }
    }
}
