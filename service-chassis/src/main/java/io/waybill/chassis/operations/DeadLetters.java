package io.waybill.chassis.operations;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Projections.include;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoCollection;
import io.waybill.chassis.messaging.ClaimListener;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.mongo.Discards;
import io.waybill.chassis.operations.CappedDeadLetterQueue.Fill;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.SimpleSerializedObject;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.bson.types.ObjectId;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.StringNode;

/**
 * The dead letters of all projections of a service, as they are stored: to be looked at. They are read past Axon, which
 * would have to understand an event to show it, and that may be just what nobody can.
 */
final class DeadLetters implements ClaimListener {

    /** Key of the diagnostics that counts how often an event was handed to its projection. */
    static final String ATTEMPTS = "attempts";

    private static final String ID = "_id";
    private static final String PROCESSOR = "processingGroup";
    private static final String SEQUENCE = "sequenceIdentifier";
    private static final String INDEX = "index";
    private static final String EVENT_ID = "message.eventIdentifier";

    private final MongoCollection<Document> letters;
    private final Discards discards;
    private final Serializer serializer;
    private final JsonMapper json = new JsonMapper();
    private final Map<String, Boolean> empty = new ConcurrentHashMap<>();

    DeadLetters(MongoTemplate template, Discards discards, Serializer serializer) {
        this.letters = template.deadLetterCollection();
        this.discards = discards;
        this.serializer = serializer;
    }

    /**
     * A part of the letters, in the order in which they were parked.
     *
     * @param last ID of the last one, behind which there are more; null if there are none
     */
    record Page(List<ParkedEvent> items, @Nullable ObjectId last) {}

    /**
     * @param processor only what this one parked; null for all
     * @param after ID of the last one of the page before; null for the first page
     */
    Page page(@Nullable String processor, int limit, @Nullable ObjectId after) {
        Bson filter =
                and(processor == null ? empty() : eq(PROCESSOR, processor), after == null ? empty() : gt(ID, after));
        List<Document> found =
                letters.find(filter).sort(ascending(ID)).limit(limit + 1).into(new ArrayList<>());
        List<Document> shown = found.subList(0, Math.min(limit, found.size()));
        return new Page(
                shown.stream().map(this::parkedEvent).toList(),
                found.size() > limit ? shown.getLast().getObjectId(ID) : null);
    }

    Optional<ParkedEvent.Inspected> find(String processor, String letterId) {
        return Optional.ofNullable(letters.find(is(processor, letterId)).first())
                .map(letter -> new ParkedEvent.Inspected(
                        parkedEvent(letter),
                        stored(letter, "serializedPayload"),
                        stored(letter, "serializedMetaData")));
    }

    boolean isParked(String processor, String letterId) {
        return letters.find(is(processor, letterId)).projection(include(ID)).first() != null;
    }

    /** Sequences of which something is parked, those first that were parked first. */
    List<String> sequences(String processor) {
        return letters
                .find(eq(PROCESSOR, processor))
                .projection(include(SEQUENCE))
                .sort(ascending(ID))
                .into(new ArrayList<>())
                .stream()
                .map(letter -> letter.getString(SEQUENCE))
                .distinct()
                .toList();
    }

    /** ID of the letter that goes first in a sequence; empty if none of it is parked. */
    Optional<String> first(String processor, String sequence) {
        return Optional.ofNullable(letters.find(and(eq(PROCESSOR, processor), eq(SEQUENCE, sequence)))
                        .sort(ascending(INDEX))
                        .first())
                .map(letter -> message(letter).getString("eventIdentifier"));
    }

    /**
     * Whether a processor has parked nothing. That is remembered until it parks something, or claims a segment, because
     * nobody parks events of a segment but the instance that has it.
     */
    boolean isEmpty(String processor) {
        return empty.compute(processor, (name, known) -> Boolean.TRUE.equals(known) || hasNone(name));
    }

    private boolean hasNone(String processor) {
        return letters.find(eq(PROCESSOR, processor)).projection(include(ID)).first() == null;
    }

    /** To be told after each letter. */
    void hasParked(String processor) {
        empty.put(processor, false);
    }

    /** Others may have parked what belongs to that segment. */
    @Override
    public void hasClaimed(String processor) {
        empty.remove(processor);
    }

    /** Takes a letter out for good; those behind it stay. */
    void discard(ParkedEvent letter) {
        discards.remember(letter.processor(), letter.sequence(), letter.position());
        letters.deleteOne(is(letter.processor(), letter.letterId()));
    }

    /** How full the queue of each processor is; one that has parked nothing is missing. */
    Map<String, Fill> fill() {
        Map<String, Map<String, Long>> sizes = new HashMap<>();
        for (Document letter : letters.find().projection(include(PROCESSOR, SEQUENCE))) {
            sizes.computeIfAbsent(letter.getString(PROCESSOR), processor -> new HashMap<>())
                    .merge(letter.getString(SEQUENCE), 1L, Long::sum);
        }
        Map<String, Fill> fills = new HashMap<>();
        sizes.forEach((processor, sequences) -> fills.put(
                processor,
                new Fill(
                        sequences.values().stream().mapToLong(Long::longValue).sum(),
                        sequences.size(),
                        sequences.values().stream()
                                .mapToLong(Long::longValue)
                                .max()
                                .orElse(0))));
        return fills;
    }

    private static Bson is(String processor, String letterId) {
        return and(eq(PROCESSOR, processor), eq(EVENT_ID, letterId));
    }

    private ParkedEvent parkedEvent(Document letter) {
        Document message = message(letter);
        return new ParkedEvent(
                letter.getString(PROCESSOR),
                message.getString("eventIdentifier"),
                letter.getString(SEQUENCE),
                position(message),
                message.getString("payloadType"),
                Instant.parse(message.getString("timestamp")),
                letter.getString("causeType"),
                letter.getString("causeMessage"),
                stored(letter, "diagnostics").path(ATTEMPTS).asInt(0),
                instant(letter, "enqueuedAt"),
                instant(letter, "lastTouched"));
    }

    private long position(Document message) {
        byte[] token = message.get("token", Binary.class).getData();
        return Positions.of(serializer.<byte[], TrackingToken>deserialize(
                new SimpleSerializedObject<>(token, byte[].class, message.getString("tokenType"), null)));
    }

    private JsonNode stored(Document letter, String field) {
        String text = String.valueOf(
                letter.containsKey(field) ? letter.get(field) : message(letter).get(field));
        try {
            return json.readTree(text);
        } catch (JacksonException e) {
            return StringNode.valueOf(text);
        }
    }

    private static Document message(Document letter) {
        return letter.get("message", Document.class);
    }

    private static Instant instant(Document letter, String field) {
        Document instant = letter.get(field, Document.class);
        return Instant.ofEpochSecond(instant.getLong("seconds"), instant.getInteger("nanoseconds"));
    }
}
