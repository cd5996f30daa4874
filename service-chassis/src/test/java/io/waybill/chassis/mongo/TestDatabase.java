package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/** An embedded database in a folder of its own. */
public final class TestDatabase implements AutoCloseable {

    private final Databases databases;
    private final MongoDatabase database;

    public TestDatabase() {
        try {
            databases = new Databases("", Files.createTempDirectory("database"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        database = databases.open("test");
    }

    public MongoDatabase get() {
        return database;
    }

    @Override
    public void close() {
        databases.close();
    }
}
