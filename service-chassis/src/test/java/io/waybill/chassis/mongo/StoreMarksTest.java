package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.exists;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
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

    /** It had read which are marked, and not yet looked for the mark. */
    @Test
    void doNotTakeForALossWhatIsClearedAwayWhileTheyLook() {
        var looks = new Watched();
        looks.before("views", this::clearOnPurpose);

        looks.marks.look();
        assertThat(areTokensThere()).isTrue();

        marks.markAgain(VIEWS);
        looks.marks.look();
        assertThat(areTokensThere()).isTrue();
        clearViews();
        looks.marks.look();
        assertThat(areTokensThere()).isFalse();
    }

    @Test
    void doNotTakeForALossWhatIsClearedAwayAndMarkedAgainWhileTheyLook() {
        var looks = new Watched();
        looks.before(StoreMarks.TOKENS, () -> {});
        looks.before("views", this::clearOnPurpose);
        looks.before(StoreMarks.TOKENS, () -> marks.markAgain(VIEWS));
        looks.before("views", this::clearOnPurpose);

        looks.marks.look();

        assertThat(areTokensThere()).isTrue();
    }

    @Test
    void doNotMarkWhatIsClearedAwayMeanwhile() {
        in("new").insertOne(new Document("_id", "view"));
        var looks = new Watched();
        looks.before("new", () -> marks.forget(List.of("new")));
        looks.marks.look();

        in("new").deleteMany(new Document());
        marks.look();

        assertThat(areTokensThere()).isTrue();
    }

    private void clearOnPurpose() {
        marks.forget(VIEWS);
        clearViews();
    }

    /** Another instance, and what happens in the midst of its looks: before it turns to a collection. */
    private final class Watched {

        private final Map<String, Deque<Runnable>> happenings = new HashMap<>();
        final StoreMarks marks = new StoreMarks(
                watching(MongoDatabase.class, database.get(), (method, result, arguments) -> {
                    if (!method.equals("getCollection")) {
                        return result;
                    }
                    String name = (String) arguments[0];
                    if (!name.equals(StoreMarks.TOKENS)) {
                        happen(name);
                        return result;
                    }
                    // This one it keeps, and reads again and again.
                    return watching(MongoCollection.class, result, (reading, found, what) -> {
                        if (reading.equals("find")) {
                            happen(name);
                        }
                        return found;
                    });
                }),
                Set.of());

        /** After what was to happen before it turned to it for the last time. */
        void before(String collection, Runnable happening) {
            happenings.computeIfAbsent(collection, name -> new ArrayDeque<>()).add(happening);
        }

        private void happen(String collection) {
            @Nullable
            Runnable next =
                    happenings.getOrDefault(collection, new ArrayDeque<>()).poll();
            if (next != null) {
                next.run();
            }
        }
    }

    @FunctionalInterface
    private interface Watch {
        Object called(String method, Object result, Object[] arguments);
    }

    private static <T> T watching(Class<T> type, Object real, Watch watch) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) ->
                        watch.called(method.getName(), method.invoke(real, arguments), arguments)));
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
