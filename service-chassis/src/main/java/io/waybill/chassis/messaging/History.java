package io.waybill.chassis.messaging;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/**
 * What a view of one aggregate was at any time: made from the aggregate's own events, all of them and no snapshot, by
 * the fold that makes the live view, so that the two cannot differ.
 *
 * @param <V> what is shown
 */
public final class History<V> {

    private final EventStore eventStore;
    private final Supplier<Reader<V>> readers;

    /**
     * What was shown after an event.
     *
     * @param number of the event in its aggregate, from 0
     */
    public record Version<V>(long number, V view, DomainEventMessage<?> event) {}

    /**
     * How far the events of an aggregate reach.
     *
     * @param last number of the last one
     * @param begun time of the first one
     * @param changed time of the last one
     */
    public record Extent(long last, Instant begun, Instant changed) {}

    /**
     * @param type of the events that the live view handles; others of the aggregate leave it as it is
     * @param fold that of the live view
     */
    public <E> History(EventStore eventStore, Class<E> type, Fold<E, V> fold) {
        this(eventStore, type, fold, Function.identity());
    }

    /**
     * @param type of the events that the live view handles; others of the aggregate leave it as it is
     * @param fold that of the live view
     * @param shown from what the live view stores to what is shown of it
     */
    public <E, S> History(EventStore eventStore, Class<E> type, Fold<E, S> fold, Function<S, V> shown) {
        this.eventStore = eventStore;
        this.readers = () -> new Folding<>(type, fold, shown);
    }

    /**
     * Folds the events of an aggregate in their order.
     *
     * @param wanted the first event for which it is false ends the fold, and what comes after it is only counted
     * @param versions is given what was shown after each event
     * @return empty if the view knows no event of the aggregate
     */
    public Optional<Extent> read(
            String aggregateId, Predicate<DomainEventMessage<?>> wanted, Consumer<Version<V>> versions) {
        Reader<V> reader = readers.get();
        // From the first number on, because that leaves snapshots out; and to the end, because nobody else would tell
        // the event store that no more is wanted.
        DomainEventStream events = eventStore.readEvents(aggregateId, 0);
        while (events.hasNext()) {
            reader.read(events.next(), wanted, versions);
        }
        return reader.extent();
    }

    private interface Reader<V> {

        void read(DomainEventMessage<?> event, Predicate<DomainEventMessage<?>> wanted, Consumer<Version<V>> versions);

        Optional<Extent> extent();
    }

    private static final class Folding<E, S, V> implements Reader<V> {

        private final Class<E> type;
        private final Fold<E, S> fold;
        private final Function<S, V> shown;
        private @Nullable S state;
        private @Nullable Extent extent;
        private boolean ended;

        Folding(Class<E> type, Fold<E, S> fold, Function<S, V> shown) {
            this.type = type;
            this.fold = fold;
            this.shown = shown;
        }

        @Override
        public void read(
                DomainEventMessage<?> event, Predicate<DomainEventMessage<?>> wanted, Consumer<Version<V>> versions) {
            if (!type.isAssignableFrom(event.getPayloadType())) {
                return;
            }
            long number = event.getSequenceNumber();
            Instant at = event.getTimestamp();
            extent = new Extent(number, extent == null ? at : extent.begun(), at);
            ended = ended || !wanted.test(event);
            if (!ended) {
                S after = fold.apply(state, type.cast(event.getPayload()), number, at);
                state = after;
                versions.accept(new Version<>(number, shown.apply(after), event));
            }
        }

        @Override
        public Optional<Extent> extent() {
            return Optional.ofNullable(extent);
        }
    }
}
