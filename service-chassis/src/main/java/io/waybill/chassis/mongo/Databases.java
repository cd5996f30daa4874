package io.waybill.chassis.mongo;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.ReadConcern;
import com.mongodb.WriteConcern;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens Mongo databases by name: all on one MongoDB, or each embedded in this process with a file of its own. */
public final class Databases implements AutoCloseable {

    /** The event store can bring everything back but time: what is acknowledged survives an election, or a crash. */
    private static final WriteConcern JOURNALED = WriteConcern.MAJORITY.withJournal(true);

    /**
     * For what is made of events, and is made again if it was acknowledged and lost: it need not be on the disk when it
     * is acknowledged, only with what was acknowledged before it.
     */
    public static final WriteConcern MADE_OF_EVENTS = WriteConcern.MAJORITY.withJournal(false);

    private static final Logger LOG = LoggerFactory.getLogger(Databases.class);

    /** Long enough for a replica set to elect, short enough for a request to fail while its caller still waits. */
    private static final int SERVER_SELECTION_TIMEOUT_SECONDS = 5;

    /** A database on this machine or in this network accepts at once. */
    private static final int CONNECT_TIMEOUT_SECONDS = 2;
    /** Longer than the slowest list; the driver alone would wait for ever for a database that was suspended. */
    private static final int READ_TIMEOUT_SECONDS = 10;
    /** Whoever waits longer for one of a hundred connections had better come again. */
    private static final int CONNECTION_WAIT_SECONDS = 2;

    private final String uri;
    private final Path folder;
    private final Deque<Runnable> closers = new ArrayDeque<>();
    private final ConnectionLosses losses = new ConnectionLosses();

    /**
     * @param uri of a real MongoDB, or empty for embedded ones
     * @param folder where the files of embedded databases lie; made if it is missing
     */
    public Databases(String uri, Path folder) {
        this.uri = uri;
        this.folder = folder;
    }

    /** Whether each database lies in a file that only this process has open. */
    public boolean areEmbedded() {
        return uri.isEmpty();
    }

    /** Those of all connections that were made here. */
    ConnectionLosses losses() {
        return losses;
    }

    /**
     * The database of this name, made if it is missing.
     *
     * @throws IllegalStateException if its file is open in another process
     * @throws IllegalArgumentException if {@code MONGODB_URI} is no connection string
     */
    public synchronized MongoDatabase open(String name) {
        MongoClient client;
        if (areEmbedded()) {
            EmbeddedMongo server = new EmbeddedMongo(folder.resolve(name + ".mv"), 0);
            closers.push(server::close);
            LOG.info("Store {} is at {}", name, server.uri());
            client = MongoClients.create(
                    watched(server.uri()).writeConcern(JOURNALED).build());
        } else {
            client = MongoClients.create(watched(uri)
                    .writeConcern(JOURNALED)
                    .readConcern(ReadConcern.MAJORITY)
                    .build());
        }
        closers.push(client::close);
        return client.getDatabase(name);
    }

    private MongoClientSettings.Builder watched(String address) {
        return settings(address).applyToConnectionPoolSettings(pool -> pool.addConnectionPoolListener(losses));
    }

    /** What the connection string says about time limits counts more. */
    static MongoClientSettings.Builder settings(String uri) {
        return MongoClientSettings.builder()
                .applyToClusterSettings(
                        cluster -> cluster.serverSelectionTimeout(SERVER_SELECTION_TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .applyToSocketSettings(socket -> socket.connectTimeout(CONNECT_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                        .readTimeout(READ_TIMEOUT_SECONDS, TimeUnit.SECONDS))
                .applyToConnectionPoolSettings(pool -> pool.maxWaitTime(CONNECTION_WAIT_SECONDS, TimeUnit.SECONDS))
                .applyConnectionString(new ConnectionString(uri));
    }

    @Override
    public synchronized void close() {
        while (!closers.isEmpty()) {
            closers.pop().run();
        }
    }
}
