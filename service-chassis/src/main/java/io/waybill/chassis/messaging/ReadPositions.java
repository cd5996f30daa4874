package io.waybill.chassis.messaging;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.axonframework.common.AxonThreadFactory;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which position of the event store the read models of this service have passed, in all segments and on all instances; and
 * waits until they have. Whoever waits is woken by the threads that handle the events. Only for a segment that another
 * instance has is its stored token looked at, again and again, by one thread for all who wait.
 */
public final class ReadPositions implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReadPositions.class);
    /** Short beside a wait, and long beside the look, which is one read of a handful of documents. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(100);

    private final Supplier<EventProcessingConfiguration> processing;
    private final ReadProgress stored;
    private final Supplier<EventStore> eventStore;
    private final Rebuilds rebuilds;
    private final Supplier<StuckProcessors> stuck;
    private final LiveSlots slots;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(new AxonThreadFactory("positions"));
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();

    /** Why a read model has not passed a position. */
    public enum Delay {
        /** It has yet to come to it, and will soon. */
        BEHIND,
        /** It is being made anew from all events, and has not even come to what was there when that began. */
        REBUILDING,
        /** It fails at an event, or does not run. */
        FAILED
    }

    private record Waiter(long position, CompletableFuture<Boolean> passed) {}

    private static final class Waiting {

        private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();
        private boolean looking;
    }

    private record Passed(long position, boolean known) {}

    ReadPositions(
            Supplier<EventProcessingConfiguration> processing,
            ReadProgress stored,
            Supplier<EventStore> eventStore,
            Rebuilds rebuilds,
            Supplier<StuckProcessors> stuck,
            LiveSlots slots) {
        this.processing = processing;
        this.stored = stored;
        this.eventStore = eventStore;
        this.rebuilds = rebuilds;
        this.stuck = stuck;
        this.slots = slots;
    }

    /** Position of the last event that a read model, and all before it, has taken in or passed over; -1 if none. */
    public long passed(String projection) {
        return passedBy(live(projection));
    }

    /** The processor of the place that is shown. */
    private String live(String projection) {
        return slots.live(projection).nameOf(projection);
    }

    private long passedBy(String processor) {
        Passed own = here(processor);
        return own.known() ? own.position() : everywhere(processor);
    }

    /** Position of the last event that there is; -1 if there is none. */
    public long last() {
        return Positions.last(eventStore.get());
    }

    /**
     * Waits until a read model has passed a position.
     *
     * @return completed with whether it has, as soon as it has or when the time is over; on a thread that must not be
     *     held up
     */
    public CompletableFuture<Boolean> await(String projection, long position, Duration atMost) {
        String processor = live(projection);
        Waiting others = waiting.computeIfAbsent(processor, name -> new Waiting());
        var waiter = new Waiter(position, new CompletableFuture<>());
        var unused = waiter.passed()
                .completeOnTimeout(false, atMost.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((passed, failure) -> others.waiters.remove(waiter));
        others.waiters.add(waiter);
        // What happened before it was added has told nobody.
        if (passedBy(processor) >= position) {
            waiter.passed().complete(true);
        }
        progressed(processor);
        return waiter.passed();
    }

    /** Why a read model has not passed a position that it has not. */
    public Delay delay(String projection) {
        if (stuck.get().isStuck(live(projection))) {
            return Delay.FAILED;
        }
        return rebuilds.isUnderWay(projection) ? Delay.REBUILDING : Delay.BEHIND;
    }

    /**
     * Whether events of a sequence, such as those of one aggregate, are parked and therefore not in the read model,
     * though it has passed them.
     */
    public boolean isParked(String projection, String sequence) {
        return processing
                .get()
                .deadLetterQueue(live(projection))
                .map(parked -> parked.contains(sequence))
                .orElse(false);
    }

    /** To be told whenever events were handled or passed over. */
    void progressed(String processor) {
        @Nullable Waiting all = waiting.get(processor);
        if (all == null || all.waiters.isEmpty()) {
            return;
        }
        Passed own = here(processor);
        if (own.known()) {
            wake(all, own.position());
        } else {
            lookSoon(processor, all);
        }
    }

    private void lookSoon(String processor, Waiting all) {
        synchronized (all) {
            if (all.looking || thread.isShutdown()) {
                return;
            }
            all.looking = true;
        }
        var unused = thread.schedule(() -> look(processor, all), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void look(String processor, Waiting all) {
        try {
            wake(all, everywhere(processor));
        } catch (RuntimeException e) {
            LOG.debug("How far {} is on other instances could not be seen; tried again", processor, e);
        } finally {
            synchronized (all) {
                all.looking = false;
            }
        }
        progressed(processor);
    }

    private static void wake(Waiting all, long passed) {
        for (Waiter waiter : all.waiters) {
            if (waiter.position() <= passed) {
                waiter.passed().complete(true);
            }
        }
    }

    /** By what this instance works on itself. It is not known if another one has a share of the events. */
    private Passed here(String processor) {
        long lowest = Long.MAX_VALUE;
        double share = 0;
        for (EventTrackerStatus status : working(processor).values()) {
            lowest = Math.min(lowest, status.getCurrentPosition().orElse(-1));
            // A segment has all events whose hash ends in its number, of as many binary digits as its mask has.
            share += 1.0 / (status.getSegment().getMask() + 1L);
        }
        return new Passed(lowest, share == 1);
    }

    private long everywhere(String processor) {
        Map<Integer, Long> segments = new HashMap<>(stored.segments(processor));
        working(processor)
                .forEach((segment, status) ->
                        segments.put(segment, status.getCurrentPosition().orElse(-1)));
        return segments.values().stream().mapToLong(Long::longValue).min().orElse(-1);
    }

    /** A segment that was given up after a failure is still told of, though another instance may have it. */
    private Map<Integer, EventTrackerStatus> working(String processor) {
        Map<Integer, EventTrackerStatus> working = new HashMap<>();
        processing
                .get()
                .eventProcessor(processor, StreamingEventProcessor.class)
                .filter(StreamingEventProcessor::isRunning)
                .ifPresent(own -> own.processingStatus().forEach((segment, status) -> {
                    if (!status.isErrorState()) {
                        working.put(segment, status);
                    }
                }));
        return working;
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
