package io.waybill.axonserver.log;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.axoniq.axonserver.grpc.event.Event;
import io.axoniq.axonserver.grpc.event.RescheduleEventRequest;
import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events to be published later. A schedule is durable when it is acknowledged and survives any restart; one that fell
 * due while the node was down is published at start.
 *
 * <p>Publishing and noting that it was done are two writes. A crash between them publishes the event once more after
 * the restart, with the same message identifier. Only the due times are kept in memory, the events stay on disk.
 */
public final class EventSchedule implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(EventSchedule.class);

    /** How long a publication that the store could not take, for example on a full disk, waits for the next attempt. */
    private static final long RETRY_MILLIS = 1_000;

    /** The longest sleep, so that a clock that is set forward is noticed. */
    private static final long MAX_SLEEP_MILLIS = 1_000;

    private static final byte SCHEDULED = 1;
    private static final byte ENDED = 2;

    private final EventLog events;
    private final SegmentedLog schedules;
    private final Thread thread = new Thread(this::publishUntilClosed, "event-schedule");

    // Guarded by this.
    private final Map<String, Timer> timers = new HashMap<>();
    private final TreeSet<Timer> byDueTime =
            new TreeSet<>(Comparator.comparingLong(Timer::dueMillis).thenComparing(Timer::token));
    private boolean closed;

    private EventSchedule(Path directory, long segmentBytes, EventLog events) throws IOException {
        this.events = events;
        this.schedules = SegmentedLog.open(directory, segmentBytes, LogFiles.ON_DISK, this::index);
    }

    /**
     * Opens the schedules in {@code directory} and begins to publish; fails like {@link EventLog#open}.
     *
     * @param events where an event goes when its time has come
     */
    public static EventSchedule open(Path directory, long segmentBytes, EventLog events) throws IOException {
        EventSchedule schedule = new EventSchedule(directory, segmentBytes, events);
        schedule.thread.start();
        return schedule;
    }

    /**
     * Schedules {@code event} for {@code dueMillis} since the epoch; a time in the past means now.
     *
     * @return completes with a token that {@link #cancel} takes, or with an {@link AppendRefusedException}
     */
    public CompletableFuture<String> schedule(long dueMillis, Event event) {
        return reschedule("", dueMillis, event);
    }

    /** Schedules {@code event} and, in the same write, cancels {@code token}; an unknown token is passed over. */
    public CompletableFuture<String> reschedule(String token, long dueMillis, Event event) {
        String newToken = UUID.randomUUID().toString();
        List<byte[]> entries = new ArrayList<>();
        Timer replaced = take(token);
        if (replaced != null) {
            entries.add(ended(token));
        }
        entries.add(scheduled(newToken, dueMillis, event));
        return schedules.append(entries).thenApply(position -> newToken).whenComplete((ok, fault) -> {
            if (fault != null) {
                putBack(replaced);
            }
        });
    }

    /**
     * Cancels a schedule; does nothing when the event was published or is unknown.
     *
     * @return completes with {@code token} when that is durable, or with an {@link AppendRefusedException}
     */
    public CompletableFuture<String> cancel(String token) {
        Timer cancelled = take(token);
        if (cancelled == null) {
            return CompletableFuture.completedFuture(token);
        }
        return schedules
                .append(List.of(ended(token)))
                .thenApply(position -> token)
                .whenComplete((ok, fault) -> {
                    if (fault != null) {
                        putBack(cancelled);
                    }
                });
    }

    /** Stops publishing and closes the files; what is scheduled stays scheduled. */
    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        schedules.close();
    }

    private void index(List<LogEntry> entries, long location) {
        for (LogEntry entry : entries) {
            byte[] bytes = entry.toByteArray();
            if (bytes[0] == ENDED) {
                take(new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8));
            } else {
                RescheduleEventRequest request = parse(bytes);
                putBack(new Timer(request.getToken(), request.getInstant(), location));
            }
        }
    }

    /** Whoever takes a timer out decides its fate: no timer is both cancelled and published. */
    private synchronized @Nullable Timer take(String token) {
        Timer timer = timers.remove(token);
        if (timer != null) {
            byDueTime.remove(timer);
        }
        return timer;
    }

    private synchronized void putBack(@Nullable Timer timer) {
        if (timer != null) {
            timers.put(timer.token(), timer);
            byDueTime.add(timer);
            notifyAll();
        }
    }

    private void publishUntilClosed() {
        try {
            Timer due = awaitDue();
            while (due != null) {
                publish(due);
                due = awaitDue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized @Nullable Timer awaitDue() throws InterruptedException {
        while (!closed) {
            long now = System.currentTimeMillis();
            if (!byDueTime.isEmpty() && byDueTime.getFirst().dueMillis() <= now) {
                return take(byDueTime.getFirst().token());
            }
            long untilDue = byDueTime.isEmpty()
                    ? MAX_SLEEP_MILLIS
                    : byDueTime.getFirst().dueMillis() - now;
            wait(Math.min(untilDue, MAX_SLEEP_MILLIS));
        }
        return null;
    }

    private void publish(Timer timer) {
        try {
            Event event = read(timer).toBuilder()
                    .setTimestamp(System.currentTimeMillis())
                    .build();
            var unused =
                    events.append(List.of(event.toByteArray())).whenComplete((token, fault) -> published(timer, fault));
        } catch (IOException | RuntimeException e) {
            published(timer, e);
        }
    }

    private void published(Timer timer, @Nullable Throwable fault) {
        if (fault == null) {
            end(timer);
        } else if (fault instanceof AppendRefusedException refused && isFinal(refused.reason())) {
            log.error("Scheduled event {} is dropped: {}", timer.token(), fault.getMessage());
            end(timer);
        } else {
            log.warn("Scheduled event {} is not published yet: {}", timer.token(), fault.getMessage());
            putBack(new Timer(timer.token(), System.currentTimeMillis() + RETRY_MILLIS, timer.location()));
        }
    }

    private static boolean isFinal(Reason reason) {
        return reason == Reason.SEQUENCE_CONFLICT || reason == Reason.INVALID;
    }

    private void end(Timer timer) {
        var unused = schedules.append(List.of(ended(timer.token()))).whenComplete((position, fault) -> {
            if (fault != null) {
                log.warn("Scheduled event {} may be published again: {}", timer.token(), fault.getMessage());
            }
        });
    }

    private Event read(Timer timer) throws IOException {
        for (LogEntry entry : schedules.read(timer.location())) {
            byte[] bytes = entry.toByteArray();
            if (bytes[0] == SCHEDULED) {
                return parse(bytes).getEvent();
            }
        }
        throw new IOException("Scheduled event %s is not where the index says".formatted(timer.token()));
    }

    private static byte[] scheduled(String token, long dueMillis, Event event) {
        RescheduleEventRequest request = RescheduleEventRequest.newBuilder()
                .setToken(token)
                .setInstant(dueMillis)
                .setEvent(event)
                .build();
        return ByteString.copyFrom(new byte[] {SCHEDULED})
                .concat(request.toByteString())
                .toByteArray();
    }

    private static byte[] ended(String token) {
        return ByteString.copyFrom(new byte[] {ENDED})
                .concat(ByteString.copyFromUtf8(token))
                .toByteArray();
    }

    private static RescheduleEventRequest parse(byte[] bytes) {
        try {
            return RescheduleEventRequest.parseFrom(ByteString.copyFrom(bytes, 1, bytes.length - 1));
        } catch (InvalidProtocolBufferException e) {
            throw new UncheckedIOException("A scheduled event cannot be read", e);
        }
    }

    /** A schedule that is neither published nor cancelled. */
    private record Timer(String token, long dueMillis, long location) {}
}
