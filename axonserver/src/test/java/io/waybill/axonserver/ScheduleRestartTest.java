package io.waybill.axonserver;

import static io.waybill.axonserver.conformance.Clients.await;
import static io.waybill.axonserver.conformance.Messages.looseEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.event.EventStream;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.axonserver.conformance.Clients;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScheduleRestartTest {

    @TempDir
    private Path data;

    @Test
    void scheduleSurvivesARestartAndWhatFellDueMeanwhileIsPublishedAtOnce() throws Exception {
        try (AxonServerNode node = start();
                Clients clients = new Clients(new ServerAddress("localhost", node.port()))) {
            EventChannel events = clients.connect("application").eventChannel();
            await(events.scheduleEvent(Instant.now().minusSeconds(5), looseEvent("published before")));
            take(events, 1);
            await(events.scheduleEvent(Instant.now().plusMillis(300), looseEvent("later")));
            String cancelled = await(events.scheduleEvent(Instant.now().plusMillis(200), looseEvent("cancelled")));
            await(events.cancelSchedule(cancelled));
        }

        try (AxonServerNode node = start();
                Clients clients = new Clients(new ServerAddress("localhost", node.port()))) {
            EventChannel events = clients.connect("application").eventChannel();
            assertThat(take(events, 2))
                    .extracting(ScheduleRestartTest::text)
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
