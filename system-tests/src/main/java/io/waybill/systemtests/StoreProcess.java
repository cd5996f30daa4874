package io.waybill.systemtests.chaos;

import io.waybill.chassis.mongo.EmbeddedMongo;
import java.nio.file.Path;

/** A process that is the MongoDB of all services, so that it can be killed, cut off and shared by instances. */
final class StoreProcess {

    private StoreProcess() {}

    /**
     * Serves until it is ended.
     *
     * @param arguments the port to listen on, and the file to keep everything in
     */
    public static void main(String[] arguments) throws InterruptedException {
        try (var server = new EmbeddedMongo(Path.of(arguments[1]), Integer.parseInt(arguments[0]))) {
            System.out.println("Listening at " + server.uri());
            Thread.currentThread().join();
        }
    }
}
