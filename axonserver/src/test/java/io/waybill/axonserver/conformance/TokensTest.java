package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Where a follower of events can start. */
class TokensTest {

    private final Clients clients = new Clients();
    private final EventStoreClient events = new EventStoreClient(clients.channel());

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void firstAndLastTokenAreThoseOfTheFirstAndTheLastEvent() {
        events.append(looseEvent("one"));
        long last = events.lastToken();
        assertThat(events.firstToken()).isZero();

        events.append(looseEvent("two"), looseEvent("three"));

        assertThat(events.lastToken()).isEqualTo(last + 2);
        assertThat(events.firstToken()).isZero();
    }

    @Test
    void tokenAtAMomentIsThatOfTheFirstEventThenOrLater() {
        long first = events.lastToken() + 1;
        // In the future, so that no other event of this server is as late, and in no other run of this test.
        long moment = System.currentTimeMillis() + 60_000;
        for (int i = 0; i < 5; i++) {
            events.append(at(moment + 10L * i));
        }

        assertThat(events.tokenAt(moment)).isEqualTo(first);
        assertThat(events.tokenAt(moment + 20)).as("at an event").isEqualTo(first + 2);
        assertThat(events.tokenAt(moment + 11)).as("between two events").isEqualTo(first + 2);
        assertThat(events.tokenAt(moment - 1)).as("before them").isEqualTo(first);
    }

    @Test
    void tokenAtAMomentAfterAllEventsIsTheNextOne() {
        events.append(looseEvent(""));

        assertThat(events.tokenAt(System.currentTimeMillis() + 3_600_000)).isEqualTo(events.lastToken() + 1);
    }

    @Test
    void tokenAtAMomentBeforeAllEventsIsNoneOrTheFirst() {
        events.append(looseEvent(""));

        assertThat(events.tokenAt(0)).isBetween(-1L, 0L);
    }

    @Test
    @NodeOnly("The original answers -1 while it has one file only, which is its answer for an empty store.")
    void tokenAtAMomentBeforeAllEventsIsTheFirst() {
        events.append(looseEvent(""));

        assertThat(events.tokenAt(0)).isZero();
        assertThat(events.tokenAt(-1)).isZero();
    }

    private static Event at(long millis) {
        return looseEvent("").toBuilder().setTimestamp(millis).build();
    }
}
