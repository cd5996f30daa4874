package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * An index that also serves a filter with more conditions than those on its keys, such as the guard of a write: it
 * narrows down what the collection then matches against the whole filter. Without this the library would go through the
 * whole collection for each.
 */
final class NarrowingIndex extends Index<Object> {

    private static final String AND = "$and";

    private final Index<Object> index;
    private final List<String> keys;

    /** @param index that serves filters with its keys alone */
    NarrowingIndex(Index<Object> index, List<IndexKey> keys, boolean sparse) {
        super(index.getName(), keys, sparse);
        this.index = index;
        this.keys = keys.stream().map(IndexKey::getKey).toList();
    }

    @Override
    public boolean canHandle(Document filter) {
        return index.canHandle(onKeys(filter));
    }

    @Override
    public Iterable<Object> getPositions(Document filter) {
        return index.getPositions(onKeys(filter));
    }

    private Document onKeys(Document filter) {
        return conditions(filter, keys);
    }

    /** The first condition on each key; any further ones are matched against what this one finds. */
    static Document conditions(Document filter, List<String> keys) {
        var conditions = new Document();
        for (String key : keys) {
            all(filter, key).findFirst().ifPresent(condition -> conditions.put(key, condition));
        }
        return conditions;
    }

    /** The conditions on a key that all have to be met; not that there is nothing, which no index serves. */
    static Stream<Object> all(Document filter, String key) {
        Stream<Object> here = Stream.ofNullable(filter.get(key));
        return filter.get(AND) instanceof Collection<?> parts
                ? Stream.concat(here, parts.stream().flatMap(part -> all((Document) part, key)))
                : here;
    }

    /** The one that is looked up here, if this is one of those. */
    Optional<LookupIndex> lookup() {
        return index instanceof LookupIndex lookup ? Optional.of(lookup) : Optional.empty();
    }

    @Override
    public Object getPosition(Document document) {
        return index.getPosition(document);
    }

    @Override
    public void checkAdd(Document document, MongoCollection<Object> collection) {
        index.checkAdd(document, collection);
    }

    @Override
    public void add(Document document, Object position, MongoCollection<Object> collection) {
        index.add(document, position, collection);
    }

    @Override
    public Object remove(Document document) {
        return index.remove(document);
    }

    @Override
    public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {
        index.checkUpdate(before, after, collection);
    }

    @Override
    public void updateInPlace(Document before, Document after, Object position, MongoCollection<Object> collection) {
        index.updateInPlace(before, after, position, collection);
    }

    @Override
    public boolean isEmpty() {
        return index.isEmpty();
    }

    @Override
    public long getCount() {
        return index.getCount();
    }

    @Override
    public long getDataSize() {
        return index.getDataSize();
    }

    @Override
    public boolean isUnique() {
        return index.isUnique();
    }

    @Override
    public void drop() {
        index.drop();
    }
}
