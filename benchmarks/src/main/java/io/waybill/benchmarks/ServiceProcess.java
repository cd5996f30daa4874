package io.waybill.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A service on a node, started the way the launcher starts it, with a store of its own. */
final class ServiceProcess implements AutoCloseable {

    private static final long POLL_MILLIS = 100;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(20);
    private static final long START_LIMIT_SECONDS = 120;
    private static final JsonMapper JSON = new JsonMapper();

    private final String name;
    private final ChildProcess process;
    private final String address;
    private final HttpClient http = HttpClient.newHttpClient();

    private ServiceProcess(String name, ChildProcess process, int port) {
        this.name = name;
        this.process = process;
        this.address = "http://127.0.0.1:" + port;
    }

    /**
     * Starts a service and waits until it answers, whether or not it has caught up.
     *
     * @param name as in {@code spring.application.name}
     * @param root of the project, for the JVM options that services have
     * @param program what is behind the JVM options
     * @param node address of the node
     * @param directory gets the store and the log
     */
    static ServiceProcess start(String name, Path root, List<String> program, String node, Path directory)
            throws IOException, InterruptedException {
        int port = NodeProcess.freePort();
        List<String> command = new ArrayList<>();
        command.add("@" + root.resolve("service-chassis/jvm.options"));
        command.addAll(program);
        command.add("--server.port=" + port);
        command.add("--waybill.look-interval=1s");
        command.add("--waybill.mongodb.uri=");
        command.add("--waybill.mongodb.data-folder=" + directory.resolve(name));
        command.add("--axon.axonserver.servers=" + node);
        var service = new ServiceProcess(name, ChildProcess.start(name, directory, command), port);
        try {
            service.awaitLive();
        } catch (IOException | InterruptedException | RuntimeException e) {
            service.close();
            throw e;
        }
        return service;
    }

    private void awaitLive() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_LIMIT_SECONDS);
        while (!isLive()) {
            process.requireAlive();
            if (System.nanoTime() - deadline > 0) {
                throw new RunFailedException(name + " was not up after " + START_LIMIT_SECONDS + " s");
            }
            pause();
        }
    }

    static void pause() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }

    ProcessHandle handle() {
        return process.handle();
    }

    /** Position up to which all of its projections have handled everything. */
    long position() throws IOException, InterruptedException {
        process.requireAlive();
        return get("/api/ops/processors/" + name)
                .path("processors")
                .valueStream()
                .filter(processor -> processor.path("kind").asString().equals("PROJECTION"))
                .filter(processor -> processor.path("running").asBoolean())
                .mapToLong(processor -> processor.path("position").asLong())
                .min()
                .orElse(-1);
    }

    /** Names of its read models. */
    List<String> projections() throws IOException, InterruptedException {
        return get("/internal/replays")
                .path("readModels")
                .valueStream()
                .map(model -> model.path("projection").asString())
                .toList();
    }

    /** Begins to make a read model once more, only to be compared; returns the ID of the rebuild. */
    String rebuild(String projection) throws IOException, InterruptedException {
        return ask("POST", "/internal/replays", "{\"projection\": \"%s\", \"verify\": true}".formatted(projection))
                .path("id")
                .asString();
    }

    JsonNode rebuilt(String id) throws IOException, InterruptedException {
        process.requireAlive();
        return get("/api/audit/replays/" + id);
    }

    /** Position of the last event that the audit chain has recorded. */
    long recorded() throws IOException, InterruptedException {
        process.requireAlive();
        return get("/api/audit/chain").path("head").path("position").asLong(-1);
    }

    /** Begins to verify the events up to a position; returns the ID of the verification. */
    String verify(long to) throws IOException, InterruptedException {
        return ask("POST", "/api/audit/verifications", "{\"to\": %d}".formatted(to))
                .path("verificationId")
                .asString();
    }

    JsonNode verified(String id) throws IOException, InterruptedException {
        process.requireAlive();
        return get("/api/audit/verifications/" + id);
    }

    private boolean isLive() throws InterruptedException {
        try {
            return send("GET", "/actuator/health/liveness", "").statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private JsonNode get(String path) throws IOException, InterruptedException {
        return ask("GET", path, "");
    }

    private JsonNode ask(String method, String path, String body) throws IOException, InterruptedException {
        HttpResponse<String> answer = send(method, path, body);
        if (answer.statusCode() / 100 != 2) {
            throw new RunFailedException(
                    "%s answers %s %s with %d: %s".formatted(name, method, path, answer.statusCode(), answer.body()));
        }
        return JSON.readTree(answer.body());
    }

    private HttpResponse<String> send(String method, String path, String body)
            throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address + path))
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .timeout(ANSWER_LIMIT)
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    /** Processor time so far, in nanoseconds; empty if the system does not tell. */
    OptionalLong processorNanos() {
        return handle().info().totalCpuDuration().stream()
                .mapToLong(Duration::toNanos)
                .findFirst();
    }

    @Override
    public void close() {
        process.close();
    }
}
