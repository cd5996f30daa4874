package io.waybill.inventory.stock;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.axonframework.eventhandling.DomainEventData;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericDomainEventEntry;
import org.axonframework.eventhandling.TrackedEventData;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.eventstore.AbstractEventStorageEngine;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;

/**
 * Events and snapshots as JSON, for several instances at once: like the event store, it takes each sequence number of an
 * aggregate once.
 */
final class SharedStore {

    private final Map<String, List<DomainEventData<byte[]>>> events = new ConcurrentHashMap<>();
    private final Map<String, List<DomainEventData<byte[]>>> snapshots = new ConcurrentHashMap<>();
    private final AtomicLong eventsRead = new AtomicLong();
    private final AtomicBoolean failsNext = new AtomicBoolean();

    static Serializer serializer() {
        return Jackson3Serializer.builder().build();
    }

    /** An engine as one instance sees the store. */
    AbstractEventStorageEngine engine(org.axonframework.config.Configuration axon) {
        return new Engine(new Engine.Settings()
                .snapshotFilter(axon.snapshotFilter())
                .eventSerializer(serializer())
                .snapshotSerializer(serializer()));
    }

    void failNextAppend() {
        failsNext.set(true);
    }

    /** How many events have been read since this was last asked. */
    long eventsRead() {
        return eventsRead.getAndSet(0);
    }

    List<Object> events(String aggregateId) {
        return events.getOrDefault(aggregateId, List.of()).stream()
                .<Object>map(event -> serializer().deserialize(event.getPayload()))
                .toList();
    }

    List<DomainEventData<byte[]>> snapshots(String aggregateId) {
        return snapshots.getOrDefault(aggregateId, List.of());
    }

    /** Makes the snapshots look as if they had been taken by an instance of another version. */
    void changeRevisionOfSnapshots(String aggregateId, String revision) {
        snapshots
                .getOrDefault(aggregateId, List.of())
                .replaceAll(snapshot -> entry(snapshot, snapshot.getPayload(), revision));
    }

    private static DomainEventData<byte[]> entry(
            DomainEventData<byte[]> event, SerializedObject<byte[]> payload, String revision) {
        return new GenericDomainEventEntry<>(
                event.getType(),
                event.getAggregateIdentifier(),
                event.getSequenceNumber(),
                event.getEventIdentifier(),
                event.getTimestamp(),
                payload.getType().getName(),
                revision,
                payload.getData(),
                event.getMetaData().getData());
    }

    private final class Engine extends AbstractEventStorageEngine {

        Engine(AbstractEventStorageEngine.Builder settings) {
            super(settings);
        }

        private static final class Settings extends AbstractEventStorageEngine.Builder {}

        @Override
        protected void appendEvents(List<? extends EventMessage<?>> batch, Serializer serializer) {
            if (failsNext.getAndSet(false)) {
                throw new EventStoreException("No space left");
            }
            synchronized (events) {
                batch.forEach(event -> append((DomainEventMessage<?>) event, serializer));
            }
        }

        private void append(DomainEventMessage<?> event, Serializer serializer) {
            List<DomainEventData<byte[]>> before = events.getOrDefault(event.getAggregateIdentifier(), List.of());
            if (event.getSequenceNumber() != before.size()) {
                throw new ConcurrencyException("AXONIQ-2000: " + event.getSequenceNumber() + " is taken");
            }
            events.computeIfAbsent(event.getAggregateIdentifier(), id -> new ArrayList<>())
                    .add(entry(event, serializer));
        }

        @Override
        protected void storeSnapshot(DomainEventMessage<?> snapshot, Serializer serializer) {
            snapshots
                    .computeIfAbsent(snapshot.getAggregateIdentifier(), id -> new ArrayList<>())
                    .addFirst(entry(snapshot, serializer));
        }

        private static DomainEventData<byte[]> entry(DomainEventMessage<?> event, Serializer serializer) {
            SerializedObject<byte[]> payload = event.serializePayload(serializer, byte[].class);
            return new GenericDomainEventEntry<>(
                    event.getType(),
                    event.getAggregateIdentifier(),
                    event.getSequenceNumber(),
                    event.getIdentifier(),
                    event.getTimestamp(),
                    payload.getType().getName(),
                    payload.getType().getRevision(),
                    payload.getData(),
                    event.serializeMetaData(serializer, byte[].class).getData());
        }

        @Override
        protected Stream<? extends DomainEventData<?>> readEventData(String aggregateId, long firstSequenceNumber) {
            synchronized (events) {
                List<DomainEventData<byte[]>> all = events.getOrDefault(aggregateId, List.of());
                List<DomainEventData<byte[]>> since =
                        List.copyOf(all.subList((int) Math.min(firstSequenceNumber, all.size()), all.size()));
                eventsRead.addAndGet(since.size());
                return since.stream();
            }
        }

        @Override
        protected Stream<? extends DomainEventData<?>> readSnapshotData(String aggregateId) {
            return List.copyOf(snapshots(aggregateId)).stream();
        }

        @Override
        protected Stream<? extends TrackedEventData<?>> readEventData(TrackingToken token, boolean mayBlock) {
            throw new UnsupportedOperationException("Nobody follows the events here");
        }

        @Override
        public TrackingToken createTokenAt(Instant dateTime) {
            throw new UnsupportedOperationException("Nobody follows the events here");
        }
    }
}
