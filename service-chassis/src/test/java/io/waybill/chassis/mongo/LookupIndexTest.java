package io.waybill.chassis.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import org.h2.mvstore.MVStore;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@NullUnmarked // a collection is none of this index's business
class LookupIndexTest {

    private static final List<IndexKey> KEYS =
            List.of(new IndexKey("view.customer", true), new IndexKey("view.at", false));

    private final MVStore store = new MVStore.Builder().open();
    private final LookupIndex index = new LookupIndex(store.openMap("index"), "by customer", KEYS);

    @BeforeEach
    void add() {
        for (Document order : List.of(order("1", "ada"), order("2", "ada"), order("3", "adam"), order("4", 7))) {
            index.add(order, order.get("_id"), null);
        }
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void findsAllThatHaveTheTextAndNoOthers() {
        assertFound("ada", "1", "2");
        assertFound("adam", "3");
        assertFound("ad");
    }

    @Test
    void hasEachDocumentSoThatItsOrderIsThatOfAll() {
        assertThat(index.getCount()).isEqualTo(4);
        assertThat(index.inOrder(new Document(), new Document("view.customer", 1)))
                .containsExactly("4", "1", "2", "3");
    }

    @Test
    void followsADocumentThatChanges() {
        index.updateInPlace(order("2", "ada"), order("2", "eve"), "2", null);
        index.updateInPlace(order("4", 7), order("4", "eve"), "4", null);
        assertFound("ada", "1");
        assertFound("eve", "2", "4");

        var unused = index.remove(order("2", "eve"));
        assertFound("eve", "4");
    }

    @Test
    void findsADocumentByEachTextInAList() {
        var shared = new Document("_id", "5")
                .append("view", List.of(new Document("customer", "ada"), new Document("customer", "eve")));
        index.add(shared, "5", null);
        assertFound("eve", "5");
        // Without a time it comes first.
        assertFound("ada", "5", "1", "2");
    }

    @Test
    void leavesToTheCollectionWhatItHasNotByItsText() {
        assertThat(index.canHandle(new Document("view.customer", "ada"))).isTrue();
        assertThat(index.canHandle(new Document("view.customer", 7))).isFalse();
        assertThat(index.canHandle(new Document("view.customer", new Document("$gt", "a"))))
                .isFalse();
        assertThat(index.canHandle(new Document("view.at", "today"))).isFalse();
    }

    private void assertFound(String customer, Object... ids) {
        assertThat(index.getPositions(new Document("view.customer", customer))).containsExactly(ids);
    }

    private static Document order(String id, Object customer) {
        return new Document("_id", id).append("view", new Document("customer", customer).append("at", 1));
    }
}
