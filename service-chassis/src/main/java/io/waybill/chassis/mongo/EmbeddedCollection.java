package io.waybill.chassis.mongo;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.h2.mvstore.MVMap;
import org.jspecify.annotations.Nullable;

/**
 * A collection of the embedded store, which gives and changes copies of its documents. The library changes a document
 * where it lies, though others may be writing the same one to the file or to whoever asked for it; the store closes itself
 * when that fails. And a page of a list begins where it is asked for, and ends when it is full, if an index has the documents
 * in the order of the list, or if that is the order of their IDs; the library would read all documents, and sort them.
 */
final class EmbeddedCollection extends H2Collection {

    private static final String ID = "_id";
    private static final Document BY_ID = new Document(ID, 1);
    private static final Document AS_THEY_COME = new Document();

    private final MVMap<Object, Document> documents;

    EmbeddedCollection(
            MongoDatabase database,
            String name,
            CollectionOptions options,
            MVMap<Object, Document> documents,
            MVMap<String, Object> metadata,
            CursorRegistry cursors) {
        super(database, name, options, documents, metadata, cursors);
        this.documents = documents;
    }

    @Override
    protected QueryResult queryDocuments(
            Document filter, @Nullable Document order, int skip, int limit, int batchSize, Document fields) {
        Optional<Stream<Document>> inOrder = limit <= 0 || order == null ? Optional.empty() : inOrder(filter, order);
        return inOrder.isPresent()
                ? matchDocumentsFromStream(inOrder.get(), filter, AS_THEY_COME, skip, limit, batchSize, fields)
                : super.queryDocuments(filter, order, skip, limit, batchSize, fields);
    }

    private Optional<Stream<Document>> inOrder(Document filter, Document order) {
        if (order.equals(BY_ID)) {
            return idBefore(filter).map(id -> LookupIndex.values(documents.cursor(id)));
        }
        boolean isNarrowed = getIndexes().stream().anyMatch(index -> index.canHandle(filter));
        return getIndexes().stream()
                .flatMap(index ->
                        index instanceof NarrowingIndex narrowing ? narrowing.lookup().stream() : Stream.empty())
                .filter(index -> index.hasInOrder(filter, order) && (index.fixed(filter) > 0 || !isNarrowed))
                .findFirst()
                .map(index -> index.inOrder(filter, order).map(documents::get).filter(Objects::nonNull));
    }

    /** Of {@code {_id: {$gt: text}}}, which may be a part of the filter. */
    private static Optional<String> idBefore(Document filter) {
        return NarrowingIndex.all(filter, ID)
                .map(condition -> condition instanceof Document range ? range.get("$gt") : null)
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst();
    }

    @Override
    protected QueryResult createQueryResult(List<Document> found, int batchSize) {
        return super.createQueryResult(found.stream().map(Document::cloneDeeply).toList(), batchSize);
    }

    /** Nobody asks, and each document would be encoded once more for it. */
    @Override
    protected boolean tracksDataSize() {
        return false;
    }
}
