package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.mongo.ViewChanges.Entry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.bson.BsonDocument;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read model in one place: documents of the form {@code {_id, position, sequence, view}}. A document is folded from
 * the events of one aggregate, and carries the position of the last one in it: an event that comes again, or from a
 * processor that does not know yet that it lost its claim, changes nothing.
 *
 * <p>It also carries the number of that event in its aggregate. An event that is not the next one is from a processor
 * that has read on though the documents it wrote were lost or put back: it fails with {@link MissedEvents}, and is
 * handled again from the stored token. If what is between is missing even then, an operator {@link Discards discarded} it,
 * or the store has lost it, and all events are read again.
 *
 * @param <V> the view
 */
final class ViewCollection<V> {

    private static final Logger LOG = LoggerFactory.getLogger(ViewStore.class);

    /** Where events are missing, by ID of the document. */
    private final Map<String, Gap> gaps = new ConcurrentHashMap<>();

    /** Losses are rare. What is missing again so soon after everything was read again is not in the log for this build. */
    private static final Duration BETWEEN_LOSSES = Duration.ofMinutes(10);

    private volatile @Nullable Instant lastLoss;

    private record Gap(long before, long after) {}

    /**
     * Views of a batch that could not be written. They are written one by one when it is handled again, so that the event
     * is found that makes a document which the store refuses.
     */
    private final Set<String> suspects = ConcurrentHashMap.newKeySet();

    private final MongoCollection<BsonDocument> documents;
    private final ViewCodec<V> codec;
    private final Discards discards;

    ViewCollection(MongoDatabase database, String collection, Class<V> type) {
        documents = database.getCollection(collection, BsonDocument.class).withWriteConcern(Databases.MADE_OF_EVENTS);
        codec = new ViewCodec<>(database.getCodecRegistry().get(type));
        discards = new Discards(database);
    }

    MongoCollection<BsonDocument> documents() {
        return documents;
    }

    /**
     * Brings a view up to an event.
     *
     * @param sequence null for an event of no aggregate
     * @return the view after the event; null if it has seen the event before
     * @throws MissedEvents if events are missing in between
     */
    @Nullable
    V fold(String id, long position, @Nullable Long sequence, Function<@Nullable V, V> fold) {
        ViewChanges<V> changes = changes(this::begin);
        Entry<V> before = changes.get(id);
        if (position <= before.position()) {
            return null;
        }
        if (sequence != null) {
            requireNext(id, before, position, sequence);
        }
        V after = changes.fold(id, position, sequence, fold);
        writeUnlessWithOthers(changes, id, before);
        return after;
    }

    /** Keeps what one event alone makes. Its key goes by the position, so that what comes last is stored at the end. */
    void keep(long position, V view) {
        String id = "%019d".formatted(position);
        ViewChanges<V> changes = changes(batch -> new ViewChanges<>(documents, codec));
        changes.keep(id, position, view);
        writeUnlessWithOthers(changes, id, Entry.none());
    }

    /** Those of the batch that is being handled; in none, new ones. */
    private ViewChanges<V> changes(Function<ViewBatch, ViewChanges<V>> begin) {
        return ViewBatch.current()
                .map(batch -> batch.changesOf(this, () -> begin.apply(batch)))
                .orElseGet(() -> new ViewChanges<>(documents, codec));
    }

    private void writeUnlessWithOthers(ViewChanges<V> changes, String id, Entry<V> before) {
        if (ViewBatch.current().isEmpty()) {
            changes.write();
        } else if (suspects.contains(id)) {
            writeNow(changes, id, before);
        }
    }

    /** Most views go by the ID of their aggregate: all of a batch are read at once. */
    private ViewChanges<V> begin(ViewBatch batch) {
        var changes = new ViewChanges<>(documents, codec);
        changes.read(batch.events().stream()
                .map(ViewCollection::aggregateOf)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet()));
        return changes;
    }

    private static @Nullable String aggregateOf(EventMessage<?> event) {
        return event instanceof DomainEventMessage<?> domainEvent ? domainEvent.getAggregateIdentifier() : null;
    }

    private void writeNow(ViewChanges<V> changes, String id, Entry<V> before) {
        try {
            changes.write();
            suspects.remove(id);
        } catch (RuntimeException e) {
            changes.restore(id, before);
            throw e;
        }
    }

    /** Writes what a batch has made. */
    void write(ViewChanges<V> changes) {
        try {
            changes.write();
        } catch (RuntimeException e) {
            suspects.addAll(changes.unwritten());
            throw e;
        }
    }

    private void requireNext(String id, Entry<V> before, long position, long sequence) {
        @Nullable Long last = before.sequence();
        if (last == null || sequence <= last + 1 || isRetriedDeadLetter()) {
            gaps.remove(id);
            return;
        }
        var gap = new Gap(last, sequence);
        if (!gap.equals(gaps.put(id, gap))) {
            throw missed(id, gap, "");
        }
        gaps.remove(id);
        if (isDiscarded(before.position(), position)) {
            LOG.warn("{} is shown without the events between {} and {}, which were discarded", id, last, sequence);
            return;
        }
        declareLoss(id, gap);
    }

    /** Unless that was done already, and is waited for. */
    private void declareLoss(String id, Gap gap) {
        Bson mark = eq(ViewCodec.ID, StoreMarks.MARK);
        if (documents.find(mark).first() != null) {
            Instant now = GenericEventMessage.clock.instant();
            @Nullable Instant before = lastLoss;
            if (before != null && now.isBefore(before.plus(BETWEEN_LOSSES))) {
                throw new IllegalStateException(said(id, gap) + " though all events were read again at " + before
                        + ": is there an event of a type that this build does not know?");
            }
            lastLoss = now;
            documents.deleteOne(mark);
        }
        throw missed(id, gap, " again: it is a loss, and all events are read again");
    }

    private MissedEvents missed(String id, Gap gap, String consequence) {
        return new MissedEvents(said(id, gap) + consequence);
    }

    private String said(String id, Gap gap) {
        return "%s in %s has the events up to %d of its aggregate, and was given %d"
                .formatted(id, documents.getNamespace().getCollectionName(), gap.before(), gap.after());
    }

    private boolean isDiscarded(long after, long before) {
        return ViewBatch.current()
                .map(batch -> CurrentUnitOfWork.get().getMessage() instanceof DomainEventMessage<?> event
                        && discards.areBetween(batch.processor(), event.getAggregateIdentifier(), after, before))
                .orElse(false);
    }

    /** Those before it were discarded. Unlike all others it comes in no batch of a segment. */
    private static boolean isRetriedDeadLetter() {
        return CurrentUnitOfWork.isStarted() && !(CurrentUnitOfWork.get().root() instanceof BatchingUnitOfWork);
    }

    @Nullable
    V find(String id) {
        @Nullable BsonDocument document = documents.find(eq(ViewCodec.ID, id)).first();
        return document == null ? null : codec.view(document);
    }

    List<V> find(Bson filter, Bson order, int limit) {
        List<V> views = new ArrayList<>();
        for (BsonDocument document :
                documents.find(and(filter, exists(ViewCodec.VIEW))).sort(order).limit(limit)) {
            views.add(codec.view(document));
        }
        return views;
    }
}
