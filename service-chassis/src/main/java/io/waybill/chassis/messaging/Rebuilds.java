package io.waybill.chassis.messaging;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.StreamingEventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;

/** Tells a read model that is a little behind, as all are, from one that lacks what was there long ago. */
public final class Rebuilds {

    private final ReadProgress progress;
    private final Supplier<EventProcessingConfiguration> processing;
    private final Supplier<EventStore> eventStore;
    private final LiveSlots slots;
    private final Map<String, Target> targets = new HashMap<>();

    private record Target(long position, boolean reached) {}

    Rebuilds(
            ReadProgress progress,
            Supplier<EventProcessingConfiguration> processing,
            Supplier<EventStore> eventStore,
            LiveSlots slots) {
        this.slots = slots;
        this.progress = progress;
        this.processing = processing;
        this.eventStore = eventStore;
    }

    /**
     * Whether a read model, where it is shown from, has yet to come to where the event store ended when this was first
     * asked, or when the read model was found to have been lost.
     */
    public synchronized boolean isUnderWay(String projection) {
        String processor = slots.live(projection).nameOf(projection);
        Map<Integer, Long> stored = progress.segments(processor);
        long read = lowest(withOwn(stored, processor));
        @SuppressWarnings("NullAway") // a computed value is never null
        Target target = targets.compute(processor, (name, known) -> {
            if (known == null || (known.reached() && read < known.position())) {
                long head = Positions.last(eventStore.get());
                return new Target(head, read >= head);
            }
            // What is stored is never less, unless it is lost.
            return known.reached()
                    ? new Target(Math.max(known.position(), lowest(stored)), true)
                    : new Target(known.position(), read >= known.position());
        });
        return !target.reached();
    }

    /** The position that all segments of a processor have read up to, -1 if none. */
    public long position(String processor) {
        return lowest(withOwn(progress.segments(processor), processor));
    }

    /** What this instance has read is stored only every few seconds if there was nothing of interest in it. */
    private Map<Integer, Long> withOwn(Map<Integer, Long> stored, String processor) {
        Map<Integer, Long> segments = new HashMap<>(stored);
        processing
                .get()
                .eventProcessor(processor, StreamingEventProcessor.class)
                .ifPresent(own -> own.processingStatus()
                        .forEach((segment, status) -> segments.computeIfPresent(
                                segment,
                                (id, position) -> Math.max(
                                        position, status.getCurrentPosition().orElse(-1L)))));
        return segments;
    }

    private static long lowest(Map<Integer, Long> segments) {
        return segments.values().stream().mapToLong(Long::longValue).min().orElse(-1);
    }
}
