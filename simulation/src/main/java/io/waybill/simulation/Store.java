package io.waybill.simulation;

import io.waybill.chassis.messaging.ChassisParts;
import io.waybill.chassis.messaging.CheckpointReached;
import io.waybill.chassis.messaging.Checkpoints;
import io.waybill.chassis.messaging.ReadProgress;
import io.waybill.chassis.mongo.ChassisStores;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonString;
import org.bson.BsonValue;
import org.jspecify.annotations.Nullable;

/**
 * What a service keeps, and how far its processors have read. It may be lost in whole or in part, or be put back to what
 * it was; the service's own marks and checkpoints have to see to it that nothing comes of that.
 */
final class Store implements ReadProgress {

    private static final String PROCESSOR = "processorName";
    private static final String SEGMENT = "segment";
    private static final String POSITION = "position";

    private final String service;
    private final Documents documents;
    private final Supplier<EventStore> events;
    private final List<Reader> readers = new ArrayList<>();
    private final Set<String> projections = new HashSet<>();
    private ChassisStores.Marks marks;
    private Checkpoints checkpoints;
    private Map<String, Map<BsonValue, BsonDocument>> saved = Map.of();
    /** Whether something is lost that is not made good yet. */
    private boolean damaged;

    Store(String service, Documents documents, Supplier<EventStore> events) {
        this.service = service;
        this.documents = documents;
        this.events = events;
        marks = new ChassisStores.Marks(documents.database());
        checkpoints = new Checkpoints(service, projections, events);
    }

    Documents documents() {
        return documents;
    }

    Checkpoints checkpoints() {
        return checkpoints;
    }

    /** Up to which position what a processor reads is a replay, as the log has it. */
    long checkpoint(Log log, String processor) {
        return log.last("checkpoint/" + service + "/" + processor)
                .map(event -> ((CheckpointReached) event.getPayload()).position())
                .orElse(-1L);
    }

    /** Adds one that reads into it. */
    void add(Reader reader) {
        readers.add(reader);
    }

    /** Says of a processor that it has no effects elsewhere. */
    void addProjection(String processor) {
        projections.add(processor);
    }

    /** As before the first start of the service. */
    void clear() {
        readers.forEach(Reader::stop);
        documents.clear();
        saved = Map.of();
        marks = new ChassisStores.Marks(documents.database());
        marks.firstLook();
        damaged = false;
        checkpoints = new Checkpoints(service, projections, events);
    }

    // Positions.

    /** The token of a segment, which others than the one who claimed it may have replaced; null if there is none. */
    @Nullable
    BsonDocument token(BsonString id) {
        return documents.in(ChassisStores.TOKENS).get(id);
    }

    /** Whether a token is the one that was claimed: one that was made anew may say the same, and is another. */
    @SuppressWarnings("ReferenceEquality")
    boolean isStill(BsonString id, BsonDocument claimed) {
        return token(id) == claimed;
    }

    /** Makes a token that was lost anew, if that may be done yet. */
    @Nullable
    BsonDocument makeToken(BsonString id, String processor, int segment) {
        if (!marks.mayReadFromTheBeginning()) {
            return null;
        }
        BsonDocument token = new BsonDocument("_id", id)
                .append(PROCESSOR, new BsonString(processor))
                .append(SEGMENT, new BsonInt32(segment));
        move(token, 0);
        documents.in(ChassisStores.TOKENS).put(id, token);
        return token;
    }

    static int position(BsonDocument token) {
        return token.getInt32(POSITION).getValue();
    }

    static void move(BsonDocument token, int position) {
        token.put(POSITION, new BsonInt32(position));
    }

    @Override
    public Map<Integer, Long> segments(String processor) {
        Map<Integer, Long> segments = new HashMap<>();
        for (BsonDocument token : documents.in(ChassisStores.TOKENS).values()) {
            if (new BsonString(processor).equals(token.get(PROCESSOR))) {
                segments.put(token.getInt32(SEGMENT).getValue(), position(token) - 1L);
            }
        }
        return segments;
    }

    @Override
    public Optional<String> generation() {
        return marks.generation();
    }

    // What is done every few seconds.

    /** Puts a checkpoint of each processor into the event store, if there is something new to say. */
    void recordCheckpoints() {
        readers.stream()
                .map(Reader::processor)
                .distinct()
                .forEach(processor -> ChassisParts.record(checkpoints, processor, this));
    }

    /**
     * Looks whether something was lost.
     *
     * @return false if a batch is under way, which is assumed to take less than the time between two looks
     */
    boolean look() {
        boolean quiet = readers.stream().noneMatch(Reader::isBusy);
        if (quiet) {
            marks.look();
            damaged = generation().isEmpty();
        }
        return quiet;
    }

    boolean isWhole() {
        return !damaged;
    }

    // What may befall it.

    /** All of it is gone. */
    void lose() {
        documents.clear();
        damaged = true;
    }

    /** One collection is gone, whose name is returned. That it was there the service knows since it looked last. */
    String lose(Choices choices) {
        List<String> known = new ArrayList<>(List.of(ChassisStores.TOKENS));
        for (BsonDocument document : documents.in(ChassisStores.TOKENS).values()) {
            if (document.containsKey("collections")) {
                document.getArray("collections")
                        .forEach(each -> known.add(each.asString().getValue()));
            }
        }
        String name = choices.oneOf(known);
        documents.collections().remove(name);
        damaged = true;
        return name;
    }

    void save() {
        saved = copy(documents.collections());
    }

    /** Puts it back to what was saved; only to be done while the service is stopped. False if it cannot be. */
    boolean putBack() {
        if (saved.isEmpty() || readers.stream().anyMatch(Reader::isBusy)) {
            return false;
        }
        documents.clear();
        documents.collections().putAll(copy(saved));
        damaged = generation().isEmpty();
        return true;
    }

    private static Map<String, Map<BsonValue, BsonDocument>> copy(Map<String, Map<BsonValue, BsonDocument>> all) {
        Map<String, Map<BsonValue, BsonDocument>> copy = new HashMap<>();
        all.forEach((name, collection) -> {
            Map<BsonValue, BsonDocument> copied = new LinkedHashMap<>();
            collection.forEach((id, document) -> copied.put(id, document.clone()));
            copy.put(name, copied);
        });
        return copy;
    }

    @Override
    public String toString() {
        return service;
    }
}
