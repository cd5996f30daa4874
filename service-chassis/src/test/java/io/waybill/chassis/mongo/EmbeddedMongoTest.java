package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.model.ReplaceOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedMongoTest {

    private static final int WRITERS = 4;
    private static final int DROPS = 100;

    @TempDir
    private Path folder;

    /** A file copied while it is open is what a process that is killed leaves behind. */
    @Test
    void keepsWhatItAcknowledgedWhenItIsKilled() throws Exception {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        try (var databases = new Databases("", folder)) {
            var notes = databases.open("notes").getCollection("notes");
            notes.insertOne(new Document("_id", 1).append("text", "first"));
            notes.updateOne(eq(1), new Document("$set", new Document("text", "second")));

            Files.copy(folder.resolve("notes.mv"), killed.resolve("notes.mv"));
        }

        try (var databases = new Databases("", killed)) {
            assertThat(databases
                            .open("notes")
                            .getCollection("notes")
                            .find(eq(1))
                            .first())
                    .containsEntry("text", "second");
        }
    }

    @Test
    void goesOnAfterItWasDroppedUnderThoseWhoWrite() throws Exception {
        try (var databases = new Databases("", folder);
                var writers = Executors.newFixedThreadPool(WRITERS)) {
            var notes = databases.open("notes");
            var dropped = new AtomicBoolean();
            var written = IntStream.range(0, WRITERS)
                    .mapToObj(writer -> writers.submit(() -> {
                        var collection = notes.getCollection("notes-" + writer);
                        for (int i = 0; !dropped.get(); i++) {
                            collection.replaceOne(
                                    eq(i), new Document("text", "note"), new ReplaceOptions().upsert(true));
                            collection.find(eq(i)).first();
                        }
                        return writer;
                    }))
                    .toList();
            for (int i = 0; i < DROPS; i++) {
                notes.drop();
            }
            dropped.set(true);

            for (var each : written) {
                assertThat(each.get()).isNotNegative();
            }
        }
    }

    @Test
    void saysWhoHasTheStore() {
        try (var first = new Databases("", folder);
                var second = new Databases("", folder)) {
            first.open("notes");

            assertThatThrownBy(() -> second.open("notes"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("notes.mv")
                    .hasMessageContaining("WAYBILL_DATA");
        }
    }
}
