package io.waybill.orderview.audit;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Updates.max;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.util.Optional;
import org.bson.codecs.pojo.annotations.BsonId;

/** Where the chain is kept. No event brings it back, so a service that reads its events again leaves it alone. */
final class ChainStore {

    private static final String ID = "_id";
    private static final String THE_CHAIN = "chain";
    private static final long NONE = -1;

    private final MongoCollection<Beginning> beginnings;
    private final MongoCollection<Chunk> chunks;

    /**
     * That there is a chain.
     *
     * @param lastChunk where to begin to look for the last chunk; there may be later ones; -1 before the first
     */
    public record Beginning(@BsonId String id, ChainOrigin origin, long lastChunk) {}

    ChainStore(MongoDatabase database) {
        beginnings = database.getCollection("auditChain", Beginning.class);
        chunks = database.getCollection("auditChunks", Chunk.class);
    }

    Optional<ChainOrigin> origin() {
        return beginning().map(Beginning::origin);
    }

    private Optional<Beginning> beginning() {
        return Optional.ofNullable(beginnings.find(eq(ID, THE_CHAIN)).first());
    }

    /** Begins a chain, unless another instance was first. */
    void begin(ChainOrigin origin) {
        insertUnlessThere(beginnings, new Beginning(THE_CHAIN, origin, NONE));
    }

    Optional<Chunk> chunk(long number) {
        return Optional.ofNullable(chunks.find(eq(ID, number)).first());
    }

    /** The last chunk; empty if there is none, or the one that was last is gone. */
    Optional<Chunk> last() {
        Optional<Chunk> last = beginning().flatMap(beginning -> chunk(Math.max(0, beginning.lastChunk())));
        Optional<Chunk> next = last;
        while (next.filter(Chunk::isFull).isPresent()) {
            last = next;
            next = chunk(next.get().number() + 1);
        }
        return next.isPresent() ? next : last;
    }

    /** The chain up to an event that was recorded; {@link EventHash#BEGINNING} for -1, empty if the record is gone. */
    Optional<byte[]> chainAt(long position) {
        long number = Chunk.numberOf(position + 1);
        Optional<byte[]> before = number == 0
                ? Optional.of(EventHash.BEGINNING)
                : chunk(number - 1).map(chunk -> chunk.head().chain());
        int rest = (int) (position + 1 - number * Chunk.EVENTS);
        if (rest == 0) {
            return before;
        }
        var hash = new EventHash();
        return chunk(number)
                .filter(chunk -> chunk.count() >= rest)
                .flatMap(chunk -> before.map(begin -> {
                    byte[] chain = begin;
                    for (int i = 0; i < rest; i++) {
                        chain = hash.link(chain, chunk.first() + i, chunk.hash(i));
                    }
                    return chain;
                }));
    }

    /** Whether there is or was a chunk of this number, or a later one. */
    boolean hasHad(long number) {
        return beginning().filter(beginning -> beginning.lastChunk() >= number).isPresent();
    }

    /**
     * Writes a chunk that begins or has grown.
     *
     * @param before position of the head that it had before; ignored if it is new
     * @return whether it was written; if not, somebody else has written it meanwhile
     */
    boolean write(Chunk chunk, boolean isNew, long before) {
        if (isNew) {
            if (!insertUnlessThere(chunks, chunk)) {
                return false;
            }
            beginnings.updateOne(eq(ID, THE_CHAIN), max("lastChunk", chunk.number()));
            return true;
        }
        return chunks.replaceOne(and(eq(ID, chunk.number()), eq("head.position", before)), chunk)
                        .getMatchedCount()
                == 1;
    }

    private static <T> boolean insertUnlessThere(MongoCollection<T> collection, T document) {
        try {
            collection.insertOne(document);
            return true;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
            return false;
        }
    }
}
