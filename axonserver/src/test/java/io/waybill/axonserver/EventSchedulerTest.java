package io.waybill.axonserver;

import static io.waybill.axonserver.Clients.await;
import static io.waybill.axonserver.Clients.looseEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.grpc.event.Event;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventSchedulerTest {

    @TempDir
    private Path data;

    @Test
    void eventIsPublishedWhenItsTimeHasComeAndNotEarlier() throws Exception {
        try (AxonServerNode node = start();
                Clients clients = new Clients()) {
            EventChannel events = clients.connect(node, "application").eventChannel();
            Instant due = Instant.now().plusMillis(200);
            await(events.scheduleEvent(due, looseEvent("wake up")));
            assertThat(await(events.getLastToken())).isEqualTo(-1);

            Event published = take(events, 1).getFirst();

            assertThat(text(published)).isEqualTo("wake up");
            assertThat(published.getTimestamp()).isGreaterThanOrEqualTo(due.toEpochMilli());
        }
    }

    @Test
    void cancelledEventIsNeverPublished() throws Exception {
        try (AxonServerNode node = start();
                Clients clients = new Clients()) {
            EventChannel events = clients.connect(node, "application").eventChannel();
            String token = await(events.scheduleEvent(Instant.now().plusMillis(150), looseEvent("cancelled")));
            await(events.scheduleEvent(Instant.now().plusMillis(300), looseEvent("kept")));

            assertThat(await(events.cancelSchedule(token)).getSuccess()).isTrue();
            assertThat(await(events.cancelSchedule("unknown")).getSuccess()).isTrue();

            assertThat(take(events, 1)).extracting(EventSchedulerTest::text).containsExactly("kept");
        }
    }

    @Test
    void rescheduledEventTakesThePlaceOfTheOldOne() throws Exception {
        try (AxonServerNode node = start();
                Clients clients = new Clients()) {
            EventChannel events = clients.connect(node, "application").eventChannel();
            String token = await(events.scheduleEvent(Instant.now().plusSeconds(60), looseEvent("old")));

            await(events.reschedule(token, Instant.now().plusMillis(50), looseEvent("new")));

            assertThat(take(events, 1)).extracting(EventSchedulerTest::text).containsExactly("new");
        }
    }

    @Test
    void scheduleSurvivesARestartAndWhatFellDueMeanwhileIsPublishedAtOnce() throws Exception {
        try (AxonServerNode node = start();
                Clients clients = new Clients()) {
            EventChannel events = clients.connect(node, "application").eventChannel();
            await(events.scheduleEvent(Instant.now().minusSeconds(5), looseEvent("published before")));
            take(events, 1);
            await(events.scheduleEvent(Instant.now().plusMillis(300), looseEvent("later")));
            String cancelled = await(events.scheduleEvent(Instant.now().plusMillis(200), looseEvent("cancelled")));
            await(events.cancelSchedule(cancelled));
        }

        try (AxonServerNode node = start();
                Clients clients = new Clients()) {
            EventChannel events = clients.connect(node, "application").eventChannel();
            assertThat(take(events, 2))
                    .extracting(EventSchedulerTest::text)
                    .containsExactly("published before", "later");
            await(events.scheduleEvent(Instant.now(), looseEvent("last")));
            assertThat(text(take(events, 3).getLast())).isEqualTo("last");
        }
    }

    private AxonServerNode start() throws Exception {
        return AxonServerNode.start(AxonServerOptions.embedded().withDataDirectory(data));
    }

    /** The first {@code count} events of the store, waiting until there are as many. */
    private static List<Event> take(EventChannel events, int count) throws Exception {
        List<Event> taken = new ArrayList<>();
        try (EventStream stream = events.openStream(-1, 64)) {
            while (taken.size() < count) {
                var next = stream.nextIfAvailable(5, TimeUnit.SECONDS);
                assertThat(next).as("an event within %s", Duration.ofSeconds(5)).isNotNull();
                taken.add(next.getEvent());
            }
        }
        return taken;
    }

    private static String text(Event event) {
        return event.getPayload().getData().toStringUtf8();
    }
}
