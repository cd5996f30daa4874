package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Sorts.descending;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.bson.Document;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null is a failure here
class ViewStoreTest {

    @TempDir
    private Path folder;

    private Databases databases;
    private ViewStore<Shelf> shelves;

    public record Item(String name, long minor) {}

    public record Shelf(String id, int count, Instant since, List<Item> items, String note) {}

    @BeforeEach
    void open() {
        databases = new Databases("", folder);
        shelves = new ViewStore<>(databases.open("shelves"), "shelves", Shelf.class);
    }

    @AfterEach
    void close() {
        databases.close();
    }

    @Test
    void keepsAViewAsItIs() {
        Shelf shelf = shelf("a", 1);
        shelves.fold("a", 1, none -> shelf);

        assertThat(shelves.find("a")).isEqualTo(shelf);
        assertThat(shelves.find("b")).isNull();
    }

    @Test
    void foldsFromTheViewBefore() {
        shelves.fold("a", 1, none -> shelf("a", 1));
        shelves.fold("a", 5, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(2);
    }

    @Test
    void leavesAloneWhatHasSeenTheEvent() {
        shelves.fold("a", 5, none -> shelf("a", 1));
        shelves.fold("a", 5, before -> shelf("a", 99));
        shelves.fold("a", 4, before -> shelf("a", 99));

        assertThat(shelves.find("a").count()).isEqualTo(1);
    }

    @Test
    void losesToWhoeverWroteALaterEventMeanwhile() {
        shelves.fold("a", 1, none -> shelf("a", 1));
        shelves.fold("a", 2, before -> {
            shelves.fold("a", 3, earlier -> shelf("a", 3));
            return shelf("a", 2);
        });
        shelves.fold("b", 1, none -> {
            shelves.fold("b", 3, earlier -> shelf("b", 3));
            return shelf("b", 1);
        });

        assertThat(shelves.find("a").count()).isEqualTo(3);
        assertThat(shelves.find("b").count()).isEqualTo(3);
    }

    @Test
    void isNotMadeOfAPartOfTheEvents() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));

        assertThatThrownBy(() -> shelves.fold("a", 12, 2, before -> shelf("a", 99)))
                .isInstanceOf(MissedEvents.class);
        assertThatThrownBy(() -> shelves.fold("b", 13, 3, none -> shelf("b", 99)))
                .isInstanceOf(MissedEvents.class);

        shelves.fold("a", 11, 1, before -> shelf("a", before.count() + 1));
        shelves.fold("a", 12, 2, before -> shelf("a", before.count() + 1));
        assertThat(shelves.find("a").count()).isEqualTo(3);
        assertThat(shelves.find("b")).isNull();
    }

    @Test
    void doesWithoutWhatIsMissingEvenWhenTheBatchIsHandledAgain() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));
        assertThatThrownBy(() -> shelves.fold("a", 12, 2, before -> shelf("a", 99)))
                .isInstanceOf(MissedEvents.class);

        shelves.fold("a", 12, 2, before -> shelf("a", before.count() + 1));
        shelves.fold("a", 13, 3, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(3);
    }

    @Test
    void goesOnFromADocumentOfTheReleaseBefore() {
        shelves.fold("a", 10, none -> shelf("a", 1));

        shelves.fold("a", 15, 5, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(2);
    }

    @Test
    void findsByWhatIsInTheView() {
        for (int i = 1; i <= 4; i++) {
            int count = i;
            shelves.fold("shelf-" + i, i, none -> shelf("shelf-" + count, count));
        }

        assertThat(shelves.find(gt("view.count", 1), descending("view.count"), 2))
                .extracting(Shelf::count)
                .containsExactly(4, 3);
        assertThat(shelves.find(eq("view.items.name", "nothing"), new Document(), 0))
                .isEmpty();
    }

    private static Shelf shelf(String id, int count) {
        return new Shelf(id, count, Instant.ofEpochMilli(1_000), List.of(new Item("tea", 1250)), null);
    }
}
