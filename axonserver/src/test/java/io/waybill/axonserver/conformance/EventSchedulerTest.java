package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static io.waybill.axonserver.conformance.Messages.text;
import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.event.Event;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Events that are published at a later time. */
class EventSchedulerTest {

    private static final long SOON_MILLIS = 300;

    private final Clients clients = new Clients();
    private final EventChannel scheduler = clients.connect("application").eventChannel();
    private final EventStoreClient events = new EventStoreClient(clients.channel());
    private final String run = unique("run");
    private Tracker tracker;

    @BeforeEach
    void follow() {
        tracker = new Tracker(events, events.lastToken() + 1).grant(1_000);
    }

    @AfterEach
    void disconnect() {
        clients.close();
    }

    @Test
    void eventIsPublishedWhenItsTimeHasComeAndNotEarlier() {
        Instant due = Instant.now().plusMillis(SOON_MILLIS);
        Event scheduled = event("wake up").toBuilder()
                .putMetaData(
                        "trace", MetaDataValue.newBuilder().setNumberValue(7).build())
                .build();

        String token = await(scheduler.scheduleEvent(due, scheduled));

        assertThat(token).isNotEmpty();
        Event published = published(1).getFirst();
        assertThat(Instant.now()).isAfterOrEqualTo(due);
        assertThat(published.getTimestamp()).isGreaterThanOrEqualTo(due.toEpochMilli());
        assertThat(published.toBuilder().setTimestamp(0).build())
                .isEqualTo(scheduled.toBuilder().setTimestamp(0).build());
    }

    @Test
    void eventThatIsDueAlreadyIsPublishedAtOnce() {
        await(scheduler.scheduleEvent(Instant.now().minusSeconds(3_600), event("overdue")));

        assertThat(texts(published(1))).containsExactly("overdue");
    }

    @Test
    void eventsArePublishedInTheOrderOfTheirTimes() {
        Instant now = Instant.now();
        await(scheduler.scheduleEvent(now.plusMillis(3 * SOON_MILLIS), event("third")));
        await(scheduler.scheduleEvent(now.plusMillis(SOON_MILLIS), event("first")));
        await(scheduler.scheduleEvent(now.plusMillis(2 * SOON_MILLIS), event("second")));

        assertThat(texts(published(3))).containsExactly("first", "second", "third");
    }

    @Test
    void cancelledEventIsNeverPublishedHoweverOftenItIsCancelled() {
        String token = await(scheduler.scheduleEvent(Instant.now().plusMillis(SOON_MILLIS), event("cancelled")));
        await(scheduler.scheduleEvent(Instant.now().plusMillis(2 * SOON_MILLIS), event("kept")));

        assertThat(await(scheduler.cancelSchedule(token)).getSuccess()).isTrue();
        assertThat(await(scheduler.cancelSchedule(token)).getSuccess()).isTrue();

        assertThat(texts(published(1))).containsExactly("kept");
    }

    @Test
    void unknownOrPublishedScheduleIsCancelledWithoutComplaint() {
        String token = await(scheduler.scheduleEvent(Instant.now(), event("published")));
        published(1);

        assertThat(await(scheduler.cancelSchedule(token)).getSuccess()).isTrue();
        assertThat(await(scheduler.cancelSchedule("unknown")).getSuccess()).isTrue();
    }

    @Test
    void rescheduledEventTakesThePlaceOfTheOldOne() {
        String token = await(scheduler.scheduleEvent(Instant.now().plusMillis(2 * SOON_MILLIS), event("old")));

        String newToken = await(scheduler.reschedule(token, Instant.now().plusMillis(SOON_MILLIS), event("new")));
        await(scheduler.scheduleEvent(Instant.now().plusMillis(3 * SOON_MILLIS), event("last")));

        assertThat(newToken).isNotEmpty().isNotEqualTo(token);
        assertThat(texts(published(2))).containsExactly("new", "last");
    }

    @Test
    void unknownScheduleIsReplacedByANewOne() {
        String token = await(scheduler.reschedule("unknown", Instant.now(), event("new")));

        assertThat(token).isNotEmpty();
        assertThat(texts(published(1))).containsExactly("new");
    }

    @Test
    void rescheduledEventCanBeCancelledByItsNewToken() {
        String token = await(scheduler.scheduleEvent(Instant.now().plusSeconds(60), event("old")));
        String newToken = await(scheduler.reschedule(token, Instant.now().plusMillis(SOON_MILLIS), event("new")));

        await(scheduler.cancelSchedule(newToken));

        await(scheduler.scheduleEvent(Instant.now().plusMillis(2 * SOON_MILLIS), event("last")));
        assertThat(texts(published(1))).containsExactly("last");
    }

    private Event event(String text) {
        return looseEvent(text).toBuilder()
                .putMetaData("run", MetaDataValue.newBuilder().setTextValue(run).build())
                .build();
    }

    /** The next {@code count} events that this test scheduled. */
    private List<Event> published(int count) {
        List<Event> published = new ArrayList<>();
        while (published.size() < count) {
            Event next = tracker.events().next().getEvent();
            if (next.getMetaDataMap()
                    .getOrDefault("run", MetaDataValue.getDefaultInstance())
                    .getTextValue()
                    .equals(run)) {
                published.add(next);
            }
        }
        return published;
    }

    private static List<String> texts(List<Event> events) {
        return events.stream().map(event -> text(event.getPayload())).toList();
    }
}
