package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents that have a text in common, such as the orders of a customer, or a time up to one that is given,
 * such as what is due; the library has indexes only for what is unique, and goes through the whole collection for all
 * else. Of an index over several fields it serves the first.
 */
final class LookupIndex extends Index<Object> {

    /** In no ID and no text that is looked for; sorts before all that is. */
    private static final char END = '\0';

    private static final char AFTER_END = END + 1;

    /** Begins a time, and no text that is looked for. */
    private static final char TIME = '\1';

    private static final String UP_TO = "$lte";
    private static final String ID = "_id";
    private static final String MAP = "._index_";

    private final MVMap<String, Object> positions;
    private final String field;
    private final String[] path;

    /** @param positions by the text or time, an {@link #END}, and the ID of the document */
    LookupIndex(MVMap<String, Object> positions, String name, List<IndexKey> keys) {
        // To the library a sparse index is one in which a document need not be.
        super(name, keys, true);
        this.positions = positions;
        this.field = keys.getFirst().getKey();
        this.path = field.split("\\.", -1);
    }

    @Override
    public boolean canHandle(Document filter) {
        return filter.get(field) instanceof String || upTo(filter) != null;
    }

    @Override
    public Iterable<Object> getPositions(Document filter) {
        @Nullable Instant upTo = upTo(filter);
        return upTo == null
                ? between(filter.get(field) + String.valueOf(END), filter.get(field) + String.valueOf(AFTER_END))
                : between(String.valueOf(TIME), text(upTo) + AFTER_END);
    }

    private List<Object> between(String begin, String end) {
        List<Object> found = new ArrayList<>();
        Cursor<String, Object> cursor = positions.cursor(begin);
        while (cursor.hasNext() && cursor.next().compareTo(end) < 0) {
            found.add(cursor.getValue());
        }
        return found;
    }

    private @Nullable Instant upTo(Document filter) {
        return filter.get(field) instanceof Document range
                        && range.size() == 1
                        && range.get(UP_TO) instanceof Instant upTo
                ? upTo
                : null;
    }

    /** In the order of time, also before 1970. */
    private static String text(Instant time) {
        return TIME + "%016x".formatted(time.toEpochMilli() ^ Long.MIN_VALUE);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        keys(document).forEach(key -> positions.put(key, position));
    }

    /** Null: the collection asks those indexes for the place of a document that surely have it. */
    @Override
    public @Nullable Object remove(Document document) {
        keys(document).forEach(positions::remove);
        return null;
    }

    @Override
    public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
        Set<String> old = keys(before);
        Set<String> now = keys(after);
        if (!old.equals(now)) {
            old.forEach(positions::remove);
            now.forEach(key -> positions.put(key, position));
        }
    }

    /** One, or several if a list is on the way to the field; none if there is neither a text nor a time. */
    private Set<String> keys(Document document) {
        @Nullable Object value = document;
        for (int i = 0; i < path.length && value instanceof Document inside; i++) {
            value = inside.get(path[i]);
        }
        return switch (value) {
            case Collection<?> list -> keysInLists(document);
            case null -> Set.of();
            default -> key(value, document).map(Set::of).orElse(Set.of());
        };
    }

    private Set<String> keysInLists(Document document) {
        return getKeyValues(document).stream()
                .flatMap(values -> key(values.get(0), document).stream())
                .collect(Collectors.toSet());
    }

    private static Optional<String> key(@Nullable Object value, Document document) {
        return switch (value) {
            case String text -> Optional.of(text + END + document.get(ID));
            case Instant time -> Optional.of(text(time) + END + document.get(ID));
            case null, default -> Optional.empty();
        };
    }

    @Override
    public @Nullable Object getPosition(Document document) {
        return null;
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {}

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {}

    @Override
    public long getCount() {
        return positions.sizeAsLong();
    }

    @Override
    public long getDataSize() {
        return getCount();
    }

    @Override
    public void drop() {}

    /** The map in which an index of a collection is kept, under the name by which the library removes it. */
    static String mapName(String collection, String index) {
        return collection + MAP + index;
    }

    static boolean isOfIndex(String mapName) {
        return mapName.contains(MAP);
    }
}
