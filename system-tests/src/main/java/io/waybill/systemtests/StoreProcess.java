package io.waybill.systemtests;

import io.waybill.chassis.mongo.EmbeddedMongo;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A process that is the MongoDB of services, so that it can be killed, frozen, cut off and shared by instances. */
public final class StoreProcess {

    private StoreProcess() {}

    /**
     * Such a process, which is not started yet.
     *
     * @param name for people, and of its log file
     * @param file to keep everything in
     * @param logs folder of its log file
     */
    public static JarProcess of(String name, int port, Path file, Path logs) {
        var command = List.of(
                JarProcess.java(),
                "-Xmx384m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProcess.class.getName(),
                Integer.toString(port),
                file.toString());
        return new JarProcess(name, command, Map.of(), Optional.empty(), 0, logs);
    }

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
