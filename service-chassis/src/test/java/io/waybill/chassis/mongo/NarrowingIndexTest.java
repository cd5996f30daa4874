package io.waybill.chassis.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.backend.AbstractUniqueIndex;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.bson.Document;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // a key that is missing is null to the library
class NarrowingIndexTest {

    private static final List<IndexKey> ID = List.of(new IndexKey("_id", true));

    private final NarrowingIndex index = new NarrowingIndex(new Plain(Map.of("a", 1, "b", 2)), ID, false);

    private static final class Plain extends AbstractUniqueIndex<Object> {

        private final Map<KeyValue, Object> positions = new HashMap<>();

        Plain(Map<String, Object> positions) {
            super("_id_", ID, false);
            positions.forEach((id, position) -> this.positions.put(new KeyValue(id), position));
        }

        @Override
        protected Object removeDocument(KeyValue key) {
            return positions.remove(key);
        }

        @Override
        protected boolean putKeyPosition(KeyValue key, Object position) {
            return positions.putIfAbsent(key, position) == null;
        }

        @Override
        protected Iterable<Map.Entry<KeyValue, Object>> getIterable() {
            return positions.entrySet();
        }

        @Override
        protected Object getPosition(KeyValue key) {
            return positions.get(key);
        }

        @Override
        public long getCount() {
            return positions.size();
        }

        @Override
        public long getDataSize() {
            return positions.size();
        }
    }

    @Test
    void servesAKeyAlone() {
        assertServes(filter("_id", "a"), 1);
        assertServes(filter("_id", filter("$in", List.of("a", "b", "c"))), 1, 2);
        assertServes(filter("_id", "c"));
    }

    @Test
    void servesAKeyAmongOtherConditions() {
        assertServes(filter("_id", "a").append("position", filter("$lt", 7)), 1);
        assertServes(filter("$and", List.of(filter("_id", "b"), filter("position", filter("$lt", 7)))), 2);
        assertServes(filter("owner", "me").append("$and", List.of(filter("$and", List.of(filter("_id", "a"))))), 1);
    }

    @Test
    void leavesToTheCollectionWhatItCannotNarrow() {
        assertThat(index.canHandle(filter("position", 7))).isFalse();
        assertThat(index.canHandle(filter("_id", filter("$gt", "a")))).isFalse();
        assertThat(index.canHandle(filter("$or", List.of(filter("_id", "a"), filter("_id", "b")))))
                .isFalse();
        assertThat(index.canHandle(new Document())).isFalse();
    }

    private void assertServes(Document filter, Object... positions) {
        assertThat(index.canHandle(filter)).isTrue();
        assertThat(index.getPositions(filter)).containsExactlyInAnyOrder(positions);
    }

    private static Document filter(String key, Object condition) {
        return new Document(key, condition);
    }
}
