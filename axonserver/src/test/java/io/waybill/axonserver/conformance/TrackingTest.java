package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.event;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static io.waybill.axonserver.conformance.Messages.payload;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.EventWithToken;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Following all events. */
class TrackingTest {

    private final Clients clients = new Clients();
    private final EventStoreClient events = new EventStoreClient(clients.channel());
    private final String id = unique("a");

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void trackerGetsEveryEventInOrderAndGoesOnLive() {
        long before = events.lastToken();
        append(0, 300);
        Tracker tracker = new Tracker(events, before + 1).grant(1_000);
        List<EventWithToken> stored = tracker.events().next(300);
        for (int i = 0; i < 300; i++) {
            assertThat(stored.get(i).getToken()).isEqualTo(before + 1 + i);
            assertThat(stored.get(i).getEvent().getAggregateSequenceNumber()).isEqualTo(i);
        }

        append(300, 3);

        assertThat(tracker.events().next(3))
                .extracting(live -> live.getEvent().getAggregateSequenceNumber())
                .containsExactly(300L, 301L, 302L);
    }

    @Test
    void permitsOfTheConnectorAreRenewed() throws Exception {
        long before = events.lastToken();
        append(0, 300);

        // The smallest buffer there is. The connector counts from the event before.
        try (var stream = clients.connect("application").eventChannel().openStream(before, 64, 16)) {
            for (int i = 0; i < 300; i++) {
                assertThat(stream.nextIfAvailable(5, TimeUnit.SECONDS).getToken())
                        .isEqualTo(before + 1 + i);
            }
        }
    }

    @Test
    void trackerGetsNoMoreEventsThanItGrantedPermitsFor() {
        long before = events.lastToken();
        append(0, 100);
        Tracker slow = new Tracker(events, before + 1).grant(5);
        slow.events().next(5);

        Tracker fast = new Tracker(events, before + 1).grant(100);
        fast.events().next(100);
        assertThat(slow.events().waiting()).isZero();

        slow.grant(2);
        assertThat(slow.events().next(2)).extracting(EventWithToken::getToken).containsExactly(before + 6, before + 7);
        append(100, 1);
        fast.grant(1);
        fast.events().next();
        assertThat(slow.events().waiting()).isZero();
    }

    @Test
    void trackerMayStartAtAnEventThatIsNotThereYet() {
        long before = events.lastToken();
        Tracker tracker = new Tracker(events, before + 3).grant(10);

        append(0, 4);

        assertThat(tracker.events().next(2))
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 3, before + 4);
    }

    @Test
    void trackerMayStartInTheMiddleOfATransaction() {
        long before = events.lastToken();
        append(0, 10);

        Tracker tracker = new Tracker(events, before + 6).grant(2);

        assertThat(tracker.events().next(2))
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 6, before + 7);
    }

    @Test
    void excludedTypesOfPayloadAreLeftOutFromThenOn() {
        long before = events.lastToken();
        events.append(loose("noise", ""), loose("signal", ""), loose("noise", ""));
        Tracker tracker = new Tracker(events, before + 1).exclude("noise", "").grant(10);
        assertThat(tracker.events().next().getToken()).isEqualTo(before + 2);

        events.append(loose("noise", ""), loose("noise", "2"), loose("signal", ""));
        assertThat(tracker.events().next(2))
                .extracting(next -> next.getEvent().getPayload().getRevision())
                .containsExactly("2", "");

        tracker.exclude("noise", "2");
        // Once this event arrives, the server knows what was excluded before it.
        events.append(loose("other", ""));
        tracker.events().next();
        events.append(loose("noise", "2"), loose("signal", ""));
        assertThat(tracker.events().next().getToken()).isEqualTo(events.lastToken());
    }

    @Test
    void excludedEventIsSentAfterAThousandInARowSoThatTheTokenMovesOn() {
        long before = events.lastToken();
        Event[] noise = new Event[2_500];
        for (int i = 0; i < noise.length; i++) {
            noise[i] = loose("noise", "");
        }
        Tracker tracker = new Tracker(events, before + 1).exclude("noise", "").grant(10);

        events.append(noise);
        events.append(loose("signal", ""));

        assertThat(tracker.events().next(3))
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 1_000, before + 2_000, before + 2_501);
    }

    @Test
    void excludedEventsTakeNoPermits() {
        long before = events.lastToken();
        Tracker tracker = new Tracker(events, before + 1).exclude("noise", "").grant(2);

        for (int i = 0; i < 5; i++) {
            events.append(loose("noise", ""));
        }
        events.append(loose("signal", ""), loose("noise", ""), loose("signal", ""));

        assertThat(tracker.events().next(2))
                .extracting(EventWithToken::getToken)
                .containsExactly(before + 6, before + 8);
    }

    @Test
    void streamIsCompletedWhenTheTrackerWantsNoMore() {
        Tracker tracker = new Tracker(events, events.lastToken() + 1).grant(10);

        tracker.close();

        assertThat(tracker.events().end().status()).isEqualTo(Status.Code.OK);
    }

    @Test
    void trackersDoNotDisturbEachOther() {
        long before = events.lastToken();
        List<Tracker> trackers = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            trackers.add(new Tracker(events, before + 1 + i).grant(1_000));
        }

        append(0, 200);

        for (int i = 0; i < trackers.size(); i++) {
            List<EventWithToken> seen = trackers.get(i).events().next(200 - i);
            for (int n = 0; n < seen.size(); n++) {
                assertThat(seen.get(n).getToken()).isEqualTo(before + 1 + i + n);
            }
        }
    }

    private void append(int firstSequence, int count) {
        Event[] transaction = new Event[count];
        for (int i = 0; i < count; i++) {
            transaction[i] = event(id, firstSequence + i);
        }
        events.append(transaction);
    }

    private static Event loose(String type, String revision) {
        return looseEvent("").toBuilder()
                .setPayload(payload("").toBuilder().setType(type).setRevision(revision))
                .build();
    }
}
