package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Filters.eq;
import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.ServerAddress;
import com.mongodb.client.MongoDatabase;
import com.mongodb.connection.ClusterId;
import com.mongodb.connection.ConnectionId;
import com.mongodb.connection.ServerId;
import com.mongodb.event.ConnectionClosedEvent;
import com.mongodb.event.ConnectionClosedEvent.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store in a process of its own, which ends and is put back amid a batch. */
class ConnectionLossesTest {

    private static final Document NOTE = new Document("_id", "note");

    private final Path folder;
    private EmbeddedMongo server;
    private final Databases databases;
    private final MongoDatabase database;
    private final ConnectionLosses losses;
    private final BatchingUnitOfWork<EventMessage<?>> batch =
            new BatchingUnitOfWork<>(List.of(GenericEventMessage.asEventMessage("event")));

    ConnectionLossesTest(@TempDir Path folder) {
        this.folder = folder;
        server = new EmbeddedMongo(folder.resolve("now.mv"), 0);
        databases = new Databases(server.uri(), folder);
        database = databases.open("notes");
        losses = databases.losses();
    }

    @AfterEach
    void close() {
        databases.close();
        server.close();
    }

    @Test
    void areNoneWhileTheStoreIsThere() {
        batch.execute(() -> {
            losses.begin(batch);
            database.getCollection("notes").insertOne(NOTE);

            assertThat(losses.areAmidBatch()).isFalse();
        });
    }

    @Test
    void areSeenThoughEachReadAndWriteSucceeds() {
        database.getCollection("notes").insertOne(new Document("_id", "before"));
        batch.execute(() -> {
            losses.begin(batch);
            putBackAfter(() -> database.getCollection("notes").insertOne(NOTE));

            assertThat(database.getCollection("notes").find(eq("note")).first()).isNull();
            database.getCollection("tokens").insertOne(new Document("_id", "token"));
            assertThat(losses.areAmidBatch()).isTrue();
        });
    }

    /** The driver asks again on another connection, and leaves the others as they are. */
    @Test
    void areSeenThoughOnlyOneAnswerDidNotComeInTime() {
        batch.execute(() -> {
            losses.begin(batch);
            var server = new ServerId(new ClusterId(), new ServerAddress());

            losses.connectionClosed(new ConnectionClosedEvent(new ConnectionId(server), Reason.IDLE));
            assertThat(losses.areAmidBatch()).isFalse();
            losses.connectionClosed(new ConnectionClosedEvent(new ConnectionId(server), Reason.ERROR));
            assertThat(losses.areAmidBatch()).isTrue();
        });
    }

    @Test
    void beforeABatchAreNoneOfIt() {
        putBackAfter(() -> database.getCollection("notes").insertOne(NOTE));
        assertThat(database.getCollection("notes").find(eq("note")).first()).isNull();

        batch.execute(() -> {
            losses.begin(batch);
            assertThat(losses.areAmidBatch()).isFalse();
        });
    }

    private void putBackAfter(Runnable write) {
        try {
            int port = URI.create(server.uri()).getPort();
            Files.copy(folder.resolve("now.mv"), folder.resolve("then.mv"));
            write.run();
            server.close();
            server = new EmbeddedMongo(folder.resolve("then.mv"), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
