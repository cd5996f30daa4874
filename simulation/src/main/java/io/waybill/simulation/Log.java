package io.waybill.simulation;

import io.waybill.chassis.messaging.ChassisParts;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedDomainEventMessage;
import org.axonframework.eventhandling.GenericTrackedEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStorageEngine;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** All events in their order. */
final class Log implements EventStorageEngine {

    private final List<TrackedEventMessage<?>> events = new ArrayList<>();
    private final Map<String, List<DomainEventMessage<?>>> byAggregate = new HashMap<>();
    private final Map<String, DomainEventMessage<SerializedObject<byte[]>>> snapshots = new HashMap<>();
    private final Serializer serializer = ChassisParts.serializer();
    private Consumer<EventMessage<?>> watcher = event -> {};
    private Consumer<Point> points = point -> {};

    /**
     * Forgets everything.
     *
     * @param newWatcher is shown each event as soon as it is stored
     * @param newPoints is told before and after events are stored, and may throw
     */
    void clear(Consumer<EventMessage<?>> newWatcher, Consumer<Point> newPoints) {
        points = newPoints;
        events.clear();
        byAggregate.clear();
        snapshots.clear();
        watcher = newWatcher;
    }

    int size() {
        return events.size();
    }

    TrackedEventMessage<?> read(int position) {
        return events.get(position);
    }

    /** Number of the last event of an aggregate; -1 if there is none. */
    long lastSequenceNumber(String aggregateId) {
        return byAggregate.getOrDefault(aggregateId, List.of()).size() - 1L;
    }

    /** The last event of an aggregate; empty if there is none. */
    Optional<DomainEventMessage<?>> last(String aggregateId) {
        List<DomainEventMessage<?>> ofAggregate = byAggregate.getOrDefault(aggregateId, List.of());
        return ofAggregate.isEmpty() ? Optional.empty() : Optional.of(ofAggregate.getLast());
    }

    /** Events from one position to before another. */
    List<TrackedEventMessage<?>> read(int from, int to) {
        return List.copyOf(events.subList(from, to));
    }

    /** Stores all or none: those of one aggregate that come together are numbered one after another. */
    @Override
    public void appendEvents(List<? extends EventMessage<?>> appended) {
        points.accept(Point.BEFORE_APPEND);
        if (appended.getFirst() instanceof DomainEventMessage<?> first
                && first.getSequenceNumber() != lastSequenceNumber(first.getAggregateIdentifier()) + 1) {
            throw new ConcurrencyException("another was faster than " + first.getPayload());
        }
        for (EventMessage<?> event : appended) {
            if (event instanceof DomainEventMessage<?> ofAggregate) {
                byAggregate
                        .computeIfAbsent(ofAggregate.getAggregateIdentifier(), id -> new ArrayList<>())
                        .add(ofAggregate);
            }
            events.add(tracked(event, events.size()));
            watcher.accept(event);
        }
        points.accept(Point.AFTER_APPEND);
    }

    @Override
    public Optional<Long> lastSequenceNumberFor(String aggregateId) {
        return Optional.of(lastSequenceNumber(aggregateId)).filter(last -> last >= 0);
    }

    @Override
    @SuppressWarnings("NullAway") // Axon wants null for the head of a log that is empty
    public @Nullable TrackingToken createHeadToken() {
        return events.isEmpty() ? null : new GlobalSequenceTrackingToken(events.size() - 1);
    }

    private static TrackedEventMessage<?> tracked(EventMessage<?> event, int position) {
        var token = new GlobalSequenceTrackingToken(position);
        return event instanceof DomainEventMessage<?> ofAggregate
                ? new GenericTrackedDomainEventMessage<>(token, ofAggregate)
                : new GenericTrackedEventMessage<>(token, event);
    }

    @Override
    public DomainEventStream readEvents(String aggregateId, long firstSequenceNumber) {
        var ofAggregate = byAggregate.getOrDefault(aggregateId, List.of());
        return DomainEventStream.of(ofAggregate.subList((int) firstSequenceNumber, ofAggregate.size()));
    }

    @Override
    public Stream<? extends TrackedEventMessage<?>> readEvents(@Nullable TrackingToken token, boolean mayBlock) {
        throw new UnsupportedOperationException("who reads along is fed by hand");
    }

    /** Written down, because whoever reads it changes it. */
    @Override
    public void storeSnapshot(DomainEventMessage<?> snapshot) {
        snapshots.put(
                snapshot.getAggregateIdentifier(),
                withPayload(snapshot, serializer.serialize(snapshot.getPayload(), byte[].class)));
    }

    @Override
    public Optional<DomainEventMessage<?>> readSnapshot(String aggregateId) {
        return Optional.ofNullable(snapshots.get(aggregateId))
                .map(snapshot -> withPayload(snapshot, serializer.deserialize(snapshot.getPayload())));
    }

    private static <T> DomainEventMessage<T> withPayload(DomainEventMessage<?> snapshot, T payload) {
        return new GenericDomainEventMessage<>(
                snapshot.getType(), snapshot.getAggregateIdentifier(), snapshot.getSequenceNumber(), payload);
    }
}
