package io.waybill.axonserver.log;

import static io.waybill.axonserver.log.Samples.entries;
import static io.waybill.axonserver.log.Samples.files;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.axoniq.axonserver.grpc.event.Event;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventScheduleTest {

    private static final LogSettings SETTINGS = LogSettings.onDisk(2_000, Durability.SYNC);

    @TempDir
    private Path directory;

    private EventLog events;
    private EventSchedule schedule;

    @BeforeEach
    void open() throws IOException {
        events = EventLog.open(directory.resolve("events"), SETTINGS);
        schedule = EventSchedule.open(directory.resolve("schedule"), SETTINGS, events);
    }

    @AfterEach
    void close() throws IOException {
        schedule.close();
        events.close();
    }

    @Test
    void logOfSchedulesStaysShortHoweverManyHaveEnded() throws Exception {
        String open = schedule("far away", Duration.ofDays(400));
        Path firstSegment = segments().getFirst();
        for (int round = 0; round < 2; round++) {
            scheduleAndCancel(100);
            await().untilAsserted(() -> assertThat(segments()).hasSizeLessThanOrEqualTo(3));
        }
        assertThat(segments().getFirst()).as("the first segments are gone").isNotEqualTo(firstSegment);
        assertThat(open).isNotEmpty();
    }

    @Test
    void scheduleThatIsMovedIsPublishedOnceAndStaysCancellable() throws Exception {
        String published = schedule("published", Duration.ofDays(1));
        String cancelled = schedule("cancelled", Duration.ofDays(1));
        String kept = schedule("kept", Duration.ofDays(1));
        Path firstSegment = segments().getFirst();
        scheduleAndCancel(150);
        await().untilAsserted(() -> assertThat(segments()).doesNotContain(firstSegment));

        schedule.cancel(cancelled).join();
        schedule.reschedule(published, 0, event("published")).join();
        close();
        open();

        await().untilAsserted(() -> assertThat(publishedEvents()).containsExactly("published"));
        schedule.reschedule(kept, 0, event("kept")).join();
        await().untilAsserted(() -> assertThat(publishedEvents()).containsExactly("published", "kept"));
        scheduleAndCancel(150);
        close();
        open();
        assertThat(publishedEvents()).containsExactly("published", "kept");
    }

    @Test
    void whatFallsDueWhileItsLogIsCleanedIsPublishedExactlyOnce() throws Exception {
        List<String> expected = new ArrayList<>();
        List<CompletableFuture<String>> scheduled = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            expected.add("event-" + i);
            scheduled.add(schedule.schedule(System.currentTimeMillis() + i * 5L, event("event-" + i)));
            if (i % 2 == 0) {
                scheduleAndCancel(2);
            }
        }
        CompletableFuture.allOf(scheduled.toArray(CompletableFuture<?>[]::new)).join();

        await().untilAsserted(() -> assertThat(publishedEvents()).containsExactlyInAnyOrderElementsOf(expected));
        await().untilAsserted(() -> assertThat(segments()).hasSizeLessThanOrEqualTo(3));
        close();
        open();
        assertThat(publishedEvents()).hasSize(expected.size());
    }

    @Test
    void lossOfTheFirstSegmentOfSchedulesIsNoticedAlthoughOlderOnesWereDropped() throws Exception {
        schedule("far away", Duration.ofDays(400));
        Path firstSegment = segments().getFirst();
        scheduleAndCancel(150);
        await().untilAsserted(() -> assertThat(segments()).doesNotContain(firstSegment));
        scheduleAndCancel(30);
        close();
        Path first = segments().getFirst();
        byte[] bytes = Files.readAllBytes(first);
        Files.delete(first);

        assertThatThrownBy(this::open).isInstanceOf(DamagedLogException.class);
        events.close();
        Files.write(first, bytes);
        open();
    }

    private String schedule(String text, Duration delay) {
        return schedule.schedule(System.currentTimeMillis() + delay.toMillis(), event(text))
                .orTimeout(5, TimeUnit.SECONDS)
                .join();
    }

    private void scheduleAndCancel(int count) {
        List<CompletableFuture<String>> ended = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ended.add(schedule.schedule(System.currentTimeMillis() + 86_400_000, event("short-lived"))
                    .thenCompose(schedule::cancel));
        }
        CompletableFuture.allOf(ended.toArray(CompletableFuture<?>[]::new))
                .orTimeout(5, TimeUnit.SECONDS)
                .join();
    }

    private static Event event(String text) {
        return Event.newBuilder().setMessageIdentifier(text).build();
    }

    private List<String> publishedEvents() throws IOException {
        List<String> published = new ArrayList<>();
        for (LogEntry entry : entries(events.from(0))) {
            published.add(Event.parseFrom(entry.toByteArray()).getMessageIdentifier());
        }
        return published;
    }

    private List<Path> segments() throws IOException {
        return files(directory.resolve(EventSchedule.DIRECTORY), Segment.FILE_ENDING);
    }
}
