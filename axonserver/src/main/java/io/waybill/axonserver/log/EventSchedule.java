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
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events to be published later. A schedule is durable when it is acknowledged and survives any restart; one that fell
 * due while the node was down is published at start.
 *
 * <p>Publishing and noting that it was done are two writes. A crash between them publishes the event once more after
 * the restart, with the same message identifier. Only the due times are kept in memory, the events stay on disk.
 *
 * <p>The log of schedules is kept short: when most of it is about schedules that have ended, the ones that have not are
 * moved out of its oldest segment, and the segment is dropped.
 */
public final class EventSchedule implements Closeable {

    /** The directory of the schedules within that of their context. */
    public static final String DIRECTORY = "schedule";

    private static final Logger log = LoggerFactory.getLogger(EventSchedule.class);

    /** How long a publication that the store could not take, for example on a full disk, waits for the next attempt. */
    private static final long RETRY_MILLIS = 1_000;

    /** The longest sleep, so that a clock that is set forward is noticed and ended schedules are dropped soon. */
    private static final long MAX_SLEEP_MILLIS = 250;

    /** Small, because a segment can be dropped only as a whole and all of them are read at start. */
    private static final long SEGMENT_BYTES = 4L << 20;

    /** So much of the log has to be about ended schedules before moving the others is worth the writes. */
    private static final int MAX_BYTES_PER_OPEN_BYTE = 3;

    /** How many schedules are moved at once; what is due meanwhile does not wait long. */
    private static final int MOVES_AT_ONCE = 1_000;

    private static final byte SCHEDULED = 1;
    private static final byte ENDED = 2;
    private static final byte MOVED = 3;

    private final EventLog events;
    private final SegmentedLog schedules;
    private final Thread thread = new Thread(this::publishUntilClosed, "event-schedule");

    // Guarded by this.
    private final Map<String, Timer> timers = new HashMap<>();
    private final TreeSet<Timer> byDueTime =
            new TreeSet<>(Comparator.comparingLong(Timer::dueMillis).thenComparing(Timer::token));
    private final ScheduleLocations locations = new ScheduleLocations();
    private int beingPublished;
    private boolean closed;

    private EventSchedule(Path directory, LogSettings settings, EventLog events) throws IOException {
        this.events = events;
        this.schedules = SegmentedLog.open(directory, settings.trimmedIn(SEGMENT_BYTES), this::index);
    }

    /**
     * Opens the schedules in {@code directory} and begins to publish; fails like {@link EventLog#open}.
     *
     * @param events where an event goes when its time has come
     */
    public static EventSchedule open(Path directory, LogSettings settings, EventLog events) throws IOException {
        EventSchedule schedule = new EventSchedule(directory, settings, events);
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
        entries.add(entry(SCHEDULED, request(newToken, dueMillis, event)));
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

    /** Why nothing can be scheduled any more until it is opened again, or null while it can. */
    public @Nullable String stoppedBecause() {
        return schedules.stoppedBecause();
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
            awaitPublished();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        schedules.close();
    }

    /** What is published but not noted as such when the files close would be published again. */
    private synchronized void awaitPublished() throws InterruptedException {
        while (beingPublished > 0) {
            wait();
        }
    }

    private synchronized void index(Segment segment, long offset, List<LogEntry> entries) {
        for (LogEntry entry : entries) {
            byte[] bytes = entry.toByteArray();
            if (bytes[0] == ENDED) {
                String token = new String(bytes, 1, bytes.length - 1, StandardCharsets.UTF_8);
                locations.remove(token);
                take(token);
                continue;
            }
            RescheduleEventRequest request = parse(bytes);
            // What is moved while it is being published is not due once more.
            boolean known = locations.find(request.getToken()) != null;
            locations.put(request.getToken(), SegmentedLog.location(segment, offset), bytes.length);
            if (bytes[0] == SCHEDULED || !known) {
                putBack(new Timer(request.getToken(), request.getInstant()));
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
            while (due != null || !isClosed()) {
                if (due != null) {
                    publish(due);
                }
                dropEndedSchedules();
                due = awaitDue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** The next timer that is due; null after a while without one, or when the schedule is closed. */
    private synchronized @Nullable Timer awaitDue() throws InterruptedException {
        long begun = System.nanoTime();
        while (!closed) {
            long now = System.currentTimeMillis();
            if (!byDueTime.isEmpty() && byDueTime.getFirst().dueMillis() <= now) {
                beingPublished++;
                return take(byDueTime.getFirst().token());
            }
            long left = MAX_SLEEP_MILLIS - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
            if (left <= 0) {
                return null;
            }
            long untilDue = byDueTime.isEmpty() ? left : byDueTime.getFirst().dueMillis() - now;
            wait(Math.min(untilDue, left));
        }
        return null;
    }

    private void dropEndedSchedules() {
        try {
            boolean dropping = true;
            while (dropping && schedules.segmentCount() > 1) {
                List<String> open = openIn(schedules.first().number());
                if (open.isEmpty()) {
                    schedules.dropFirst();
                } else {
                    dropping = isMostlyEnded() && move(open);
                }
            }
        } catch (IOException | CompletionException e) {
            log.warn("Ended schedules cannot be removed yet: {}", e.getMessage());
        }
    }

    private synchronized List<String> openIn(int segment) {
        return locations.tokensIn(segment, MOVES_AT_ONCE);
    }

    private synchronized boolean isMostlyEnded() {
        return schedules.sizeBytes() > MAX_BYTES_PER_OPEN_BYTE * locations.openBytes();
    }

    /** Writes the schedules again at the end of the log; false when all of them are being published or cancelled. */
    private boolean move(List<String> tokens) throws IOException {
        List<CompletableFuture<Long>> moves = new ArrayList<>();
        for (String token : tokens) {
            RescheduleEventRequest request = read(token);
            synchronized (this) {
                // Under the lock, so that the end of a schedule always comes after its move.
                if (request != null && timers.containsKey(token)) {
                    moves.add(schedules.append(List.of(entry(MOVED, request))));
                }
            }
        }
        CompletableFuture.allOf(moves.toArray(CompletableFuture<?>[]::new)).join();
        return !moves.isEmpty();
    }

    private void publish(Timer timer) {
        try {
            RescheduleEventRequest request = read(timer.token());
            if (request == null) {
                throw new IOException("it is not where the index says");
            }
            Event event = request.getEvent().toBuilder()
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
            putBack(new Timer(timer.token(), System.currentTimeMillis() + RETRY_MILLIS));
            settled();
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
            settled();
        });
    }

    private synchronized void settled() {
        beingPublished--;
        notifyAll();
    }

    private @Nullable RescheduleEventRequest read(String token) throws IOException {
        Long location;
        synchronized (this) {
            location = locations.find(token);
        }
        if (location == null) {
            return null;
        }
        for (LogEntry entry : schedules.read(location)) {
            byte[] bytes = entry.toByteArray();
            if (bytes[0] != ENDED) {
                return parse(bytes);
            }
        }
        return null;
    }

    private static RescheduleEventRequest request(String token, long dueMillis, Event event) {
        return RescheduleEventRequest.newBuilder()
                .setToken(token)
                .setInstant(dueMillis)
                .setEvent(event)
                .build();
    }

    private static byte[] entry(byte kind, RescheduleEventRequest request) {
        return ByteString.copyFrom(new byte[] {kind})
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
    private record Timer(String token, long dueMillis) {}
}
