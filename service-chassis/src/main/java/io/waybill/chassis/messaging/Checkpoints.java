package io.waybill.chassis.messaging;

import static java.util.Comparator.naturalOrder;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.messaging.MetaData;
import org.axonframework.modelling.command.ConcurrencyException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Up to which position each processor with effects elsewhere has handled all events for good. What comes again from
 * before it, because the tokens were lost or put back, is a {@link Replay}.
 */
public final class Checkpoints implements ClaimListener {

    static final long NONE = -1;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);
    private static final String TYPE = "Checkpoint";

    private record Look(String generation, long lowest) {}

    private final String service;
    private final Set<String> projections;
    private final Supplier<EventStore> eventStore;
    private final Map<String, Long> reached = new ConcurrentHashMap<>();
    /**
     * The last event of each processor that it had any interest in. Of one that is not there nobody knows what it handled
     * before this process began.
     */
    private final Map<String, Long> handled = new ConcurrentHashMap<>();

    private final Map<String, Look> looks = new HashMap<>();

    /** @param projections names of processors that have no effects elsewhere, ever */
    public Checkpoints(String service, Set<String> projections, Supplier<EventStore> eventStore) {
        this.service = service;
        this.projections = Set.copyOf(projections);
        this.eventStore = eventStore;
    }

    /** Up to which position an event of this processor is a replay. */
    long of(String processor) {
        return projections.contains(processor) ? Long.MAX_VALUE : reached.getOrDefault(processor, NONE);
    }

    /** Whoever claims may be given old events. */
    @Override
    public void hasClaimed(String processor) {
        refresh(processor);
    }

    private void refresh(String processor) {
        if (!projections.contains(processor)) {
            last(processor).ifPresent(last -> reached.merge(processor, last.position(), Math::max));
        }
    }

    void handled(String processor, long position) {
        handled.merge(processor, position, Math::max);
    }

    /**
     * Puts a new checkpoint into the event store if the processor has handled something since the last, or may have before
     * this process began.
     *
     * <p>What was handled between the loss of sagas and its discovery may have found no saga, so it does not count. And
     * because the tokens of a merge are not written at once, what counts is the least of this look and the one before.
     */
    void record(String processor, ReadProgress progress) {
        Optional<String> generation = progress.generation();
        long lowest = progress.segments(processor).values().stream()
                .min(naturalOrder())
                .orElse(NONE);
        if (generation.isEmpty() || !progress.generation().equals(generation)) {
            looks.remove(processor);
            return;
        }
        Look look = new Look(generation.get(), lowest);
        Look before = looks.put(processor, look);
        if (before != null && before.generation().equals(look.generation())) {
            record(processor, Math.min(before.lowest(), lowest));
        }
    }

    private void record(String processor, long position) {
        if (projections.contains(processor)
                || position <= of(processor)
                || handled.getOrDefault(processor, Long.MAX_VALUE) <= of(processor)) {
            return;
        }
        refresh(processor);
        if (position <= of(processor)) {
            return;
        }
        try {
            append(new CheckpointReached(service, processor, position));
            reached.merge(processor, position, Math::max);
            handled.putIfAbsent(processor, NONE);
        } catch (ConcurrencyException e) {
            LOG.debug("Another instance recorded a checkpoint of {} at the same time", processor, e);
        }
    }

    private void append(CheckpointReached checkpoint) {
        String stream = stream(checkpoint.processor());
        long next = eventStore.get().lastSequenceNumberFor(stream).orElse(-1L) + 1;
        var event = new GenericDomainEventMessage<>(TYPE, stream, next, checkpoint);
        eventStore
                .get()
                .publish(event.withMetaData(MetaData.with(Correlation.SERVICE, service)
                        .and(Correlation.ACTOR, service)
                        .and(Correlation.CORRELATION_ID, event.getIdentifier())
                        .and(Correlation.CAUSATION_ID, event.getIdentifier())));
    }

    private Optional<CheckpointReached> last(String processor) {
        String stream = stream(processor);
        return eventStore
                .get()
                .lastSequenceNumberFor(stream)
                .flatMap(last ->
                        eventStore.get().readEvents(stream, last).asStream().findFirst())
                .map(event -> (CheckpointReached) event.getPayload());
    }

    private String stream(String processor) {
        return "checkpoint/" + service + "/" + processor;
    }
}
