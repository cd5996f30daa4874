package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the documents that have a text in common, such as the orders of a customer, or a time up to one that is given,
 * such as what is due, and gives them in the order of what else is in the index; the library has indexes only for what is
 * unique, and goes through the whole collection for all else, and sorts it.
 */
final class LookupIndex extends Index<Object> {

    /** In no ID and no text that is looked for; sorts before all that is. */
    private static final char END = '\0';

    /** Begins a time, or a number, and no text that is looked for. */
    private static final char TIME = '\1';

    private static final char NUMBER = '\2';

    /** Sorts behind everything. */
    private static final char LAST = '\uffff';

    private static final String NOTHING = "";
    private static final HexFormat HEX = HexFormat.of();
    private static final String UP_TO = "$lte";
    private static final Set<String> LOWER = Set.of("$gt", "$gte");
    private static final Set<String> UPPER = Set.of("$lt", UP_TO);
    private static final String ID = "_id";
    private static final String MAP = "._index_";

    private final MVMap<String, Object> positions;
    private final List<String> fields;
    private final List<String[]> paths;

    /** @param positions by what is in the fields, each with an {@link #END}, and the ID of the document */
    LookupIndex(MVMap<String, Object> positions, String name, List<IndexKey> keys) {
        // To the library a sparse index is one in which a document need not be.
        super(name, keys, true);
        this.positions = positions;
        this.fields = keys.stream().map(IndexKey::getKey).toList();
        this.paths = fields.stream().map(field -> field.split("\\.", -1)).toList();
    }

    @Override
    public boolean canHandle(Document filter) {
        return filter.get(fields.getFirst()) instanceof String || upTo(filter) != null;
    }

    @Override
    public Iterable<Object> getPositions(Document filter) {
        @Nullable Instant upTo = upTo(filter);
        return upTo == null
                ? between(filter.get(fields.getFirst()) + String.valueOf(END), NOTHING, NOTHING, false)
                        .toList()
                : between(NOTHING, String.valueOf(TIME), text(upTo), false).toList();
    }

    private @Nullable Instant upTo(Document filter) {
        return filter.get(fields.getFirst()) instanceof Document range
                        && range.size() == 1
                        && range.get(UP_TO) instanceof Instant upTo
                ? upTo
                : null;
    }

    /** How many fields, from the first on, a filter has one text for. */
    int fixed(Document filter) {
        Document conditions = NarrowingIndex.conditions(filter, fields);
        return (int) fields.stream()
                .takeWhile(field -> conditions.get(field) instanceof String)
                .count();
    }

    /** Whether the documents that match a filter are in this order here, forwards or backwards. */
    boolean hasInOrder(Document filter, Document order) {
        List<String> wanted = List.copyOf(order.keySet());
        int fixed = fixed(filter);
        return fixed + wanted.size() <= fields.size()
                && fields.subList(fixed, fixed + wanted.size()).equals(wanted)
                && (isEach(1, order) || isEach(-1, order));
    }

    private static boolean isEach(int direction, Document order) {
        return order.values().stream()
                .allMatch(each -> each instanceof Number number && number.intValue() == direction);
    }

    /**
     * Places of documents, one after the other as they are asked for; at least of those that match a filter. One that has
     * a list where the order begins has a place for each of its parts.
     *
     * @param order one in which they are here
     */
    Stream<Object> inOrder(Document filter, Document order) {
        int fixed = fixed(filter);
        Document conditions = NarrowingIndex.conditions(filter, fields);
        String begin = fields.stream()
                .limit(fixed)
                .map(field -> text(conditions.get(field)) + END)
                .collect(Collectors.joining());
        String lower =
                bounds(filter, fields.get(fixed), LOWER).max(String::compareTo).orElse(NOTHING);
        String upper =
                bounds(filter, fields.get(fixed), UPPER).min(String::compareTo).orElse(NOTHING);
        return between(begin, lower, upper, isEach(-1, order));
    }

    private static Stream<String> bounds(Document filter, String field, Set<String> operators) {
        return NarrowingIndex.all(filter, field)
                .filter(Document.class::isInstance)
                .flatMap(range -> ((Document) range).entrySet().stream())
                .filter(bound -> operators.contains(bound.getKey()))
                .map(bound -> text(bound.getValue()));
    }

    private Stream<Object> between(String begin, String lower, String upper, boolean backwards) {
        String first = begin + lower;
        String last = begin + upper + LAST;
        return values(backwards ? positions.cursor(last, first, true) : positions.cursor(first, last, false));
    }

    /** Each is read when it is asked for. */
    static <T> Stream<T> values(Cursor<?, T> cursor) {
        return StreamSupport.stream(Spliterators.spliteratorUnknownSize(cursor, Spliterator.ORDERED), false)
                .map(unusedBecauseTheCursorIsThere -> cursor.getValue());
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

    /** One, or several if a list is on the way to the first field. */
    private Set<String> keys(Document document) {
        var rest = new StringBuilder();
        for (String[] path : paths.subList(1, paths.size())) {
            rest.append(text(value(document, path))).append(END);
        }
        rest.append(document.get(ID));
        @Nullable Object first = value(document, paths.getFirst());
        Stream<String> texts = first instanceof Collection<?>
                ? getKeyValues(document).stream().map(values -> text(values.get(0)))
                : Stream.of(text(first));
        return texts.map(text -> text + END + rest).collect(Collectors.toSet());
    }

    private static @Nullable Object value(Document document, String[] path) {
        @Nullable Object value = document;
        for (int i = 0; i < path.length && value instanceof Document inside; i++) {
            value = inside.get(path[i]);
        }
        return value;
    }

    /** Sorts as the value does among those of its kind; what is neither text, time nor number has no order here. */
    private static String text(@Nullable Object value) {
        return switch (value) {
            case String text -> text;
            case Instant time -> TIME + sortable(time.toEpochMilli());
            case Number number -> NUMBER + sortable(bits(number.doubleValue()));
            case null, default -> NOTHING;
        };
    }

    /** Of two numbers the smaller one has the smaller bits, also below zero. */
    private static long bits(double number) {
        long bits = Double.doubleToLongBits(number);
        return bits < 0 ? bits ^ Long.MAX_VALUE : bits;
    }

    private static String sortable(long number) {
        return HEX.toHexDigits(number ^ Long.MIN_VALUE);
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
