package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedMongoTest {

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
