package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.Indexes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StoreMarksTest {

    private static final List<String> VIEWS = List.of("views");

    private final TestDatabase database = new TestDatabase();
    private final StoreMarks marks = new StoreMarks(database.get(), Set.of());

    @BeforeEach
    void fill() {
        in("views").insertOne(new Document("_id", "view"));
        in(StoreMarks.TOKENS).insertOne(new Document("processorName", "views"));
        in(StoreMarks.DEAD_LETTERS).insertOne(new Document("processingGroup", "views"));
        marks.look();
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void tellOfALossAfterWhichEverythingIsMadeAnew() {
        clearViews();
        marks.look();
        assertThat(areTokensThere()).isFalse();
        assertThat(marks.mayReadFromTheBeginning()).isFalse();

        marks.look();

        assertThat(marks.mayReadFromTheBeginning()).isTrue();
        assertThat(in(StoreMarks.DEAD_LETTERS).countDocuments()).isZero();
        assertThat(isMarked()).isTrue();
    }

    @Test
    void haveIndexesMadeAgainThatWentWithACollection() {
        var shelves = new ViewStore<>(database.get(), "views", ViewStoreTest.Shelf.class);
        shelves.index(Indexes.ascending("view.room"));
        marks.keepIndexes(shelves::makeIndexes);
        assertThat(isIndexed()).isTrue();

        in("views").drop();
        assertThat(isIndexed()).isFalse();
        marks.look();
        marks.look();

        assertThat(isIndexed()).isTrue();
    }

    private boolean isIndexed() {
        return in("views").listIndexes().into(new ArrayList<>()).stream()
                .anyMatch(index -> index.get("key", Document.class).containsKey("view.room"));
    }

    /** Another instance looks at any moment. */
    @Test
    void doNotTakeForALossWhatIsClearedAwayOnPurpose() {
        marks.forget(VIEWS);
        marks.look();
        clearViews();
        marks.look();
        assertThat(areTokensThere()).isTrue();

        marks.markAgain(VIEWS);
        assertThat(isMarked()).isTrue();
        marks.look();
        assertThat(areTokensThere()).isTrue();
        clearViews();
        marks.look();
        assertThat(areTokensThere()).isFalse();
    }

    private void clearViews() {
        in("views").deleteMany(new Document());
    }

    private boolean isMarked() {
        return in("views").countDocuments(eq("_id", StoreMarks.MARK)) == 1;
    }

    private boolean areTokensThere() {
        return in(StoreMarks.TOKENS).countDocuments(exists("processorName")) == 1;
    }

    private MongoCollection<Document> in(String collection) {
        return database.get().getCollection(collection);
    }
}
