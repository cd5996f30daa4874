package io.waybill.benchmarks;

import com.google.protobuf.ByteString;
import io.axoniq.axonserver.connector.AxonServerConnectionFactory;
import io.axoniq.axonserver.connector.event.EventChannel;
import io.axoniq.axonserver.connector.impl.ServerAddress;
import io.axoniq.axonserver.grpc.MetaDataValue;
import io.axoniq.axonserver.grpc.event.Event;
import io.waybill.benchmarks.OrderHistories.Stored;
import io.waybill.benchmarks.nothing.NothingApplication;
import io.waybill.messages.DerivedId;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.HdrHistogram.Histogram;
import org.axonframework.serialization.SerializedObject;
import org.axonframework.serialization.Serializer;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Read models of {@code order-query} that are made of a whole event store, in turns with a projection that makes nothing
 * of the same events. What is made is compared with what was there before, byte for byte.
 */
final class ReplayRun {

    private static final long SEED = 20_261_129;
    private static final int EVENTS_PER_TRANSACTION = 500;
    private static final long PATIENCE_SECONDS = 60;
    private static final long REBUILD_LIMIT_SECONDS = 1_800;
    private static final String MADE_OF_NOTHING = "nothing";

    private final Scale scale;
    private final Predicate<String> only;
    private final ResultTable table = new ResultTable(List.of("read model", "makes nothing"));
    private final List<Double> residentMib = new ArrayList<>();

    /**
     * How much a run does.
     *
     * @param rounds of each line, after the first replay of all, which warms up
     */
    record Scale(int events, int rounds) {

        static final Scale FULL = new Scale(1_000_000, 3);
        static final Scale QUICK = new Scale(100_000, 3);
    }

    private ReplayRun(Scale scale, Predicate<String> only) {
        this.scale = scale;
        this.only = only;
    }

    /**
     * Starts a node and both services, and measures.
     *
     * @param directory gets their data and logs
     * @throws RunFailedException if a read model is not the same when it is made once more
     */
    static ResultTable run(BenchmarkOptions options, Path directory) throws IOException, InterruptedException {
        Path root = options.node().toAbsolutePath().resolve("..").normalize();
        var run = new ReplayRun(options.quick() ? Scale.QUICK : Scale.FULL, options.only());
        try (NodeProcess node = NodeProcess.start(options.node(), directory)) {
            run.write(node.address());
            List<String> nothing = List.of(
                    "-Dorg.springframework.boot.logging.LoggingSystem=none",
                    "-cp",
                    root.resolve("benchmarks/target/benchmarks.jar").toString(),
                    NothingApplication.class.getName(),
                    "--spring.config.location=classpath:/nothing.yml");
            Path jar = root.resolve("order-query/target/order-query.jar");
            try (ServiceProcess baseline =
                    ServiceProcess.start(MADE_OF_NOTHING, root, nothing, node.address(), directory)) {
                run.awaitFirst(baseline);
                try (ServiceProcess query = ServiceProcess.start(
                        "order-query", root, List.of("-jar", jar.toString()), node.address(), directory)) {
                    run.measure(query, baseline);
                }
            }
        }
        return run.table;
    }

    private void write(String node) throws InterruptedException {
        say(String.format(Locale.ROOT, "writing %,d events", scale.events()));
        URI address = URI.create("grpc://" + node);
        var connections = AxonServerConnectionFactory.forClient("replay-benchmark")
                .routingServers(new ServerAddress(address.getHost(), address.getPort()))
                .build();
        try {
            EventChannel channel = connections.connect("default").eventChannel();
            Serializer serializer = Jackson3Serializer.builder().build();
            var histories = new OrderHistories(SEED);
            Map<String, Long> sequences = new HashMap<>();
            List<Event> transaction = new ArrayList<>();
            for (int i = 0; i < scale.events(); i++) {
                transaction.add(event(i, histories.next(), sequences, serializer));
                if (transaction.size() == EVENTS_PER_TRANSACTION || i == scale.events() - 1) {
                    channel.appendEvents(transaction.toArray(Event[]::new)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    transaction.clear();
                }
            }
            say(String.format(Locale.ROOT, "they are of %,d orders", histories.orders()));
        } catch (ExecutionException | TimeoutException e) {
            throw new RunFailedException("The events could not be written: " + e, e);
        } finally {
            connections.shutdown();
        }
    }

    private static Event event(int number, Stored stored, Map<String, Long> sequences, Serializer serializer) {
        SerializedObject<byte[]> payload = serializer.serialize(stored.payload(), byte[].class);
        var serialized = io.axoniq.axonserver.grpc.SerializedObject.newBuilder()
                .setType(payload.getType().getName())
                .setData(ByteString.copyFrom(payload.getData()));
        @Nullable String revision = payload.getType().getRevision();
        if (revision != null) {
            serialized.setRevision(revision);
        }
        long sequence = sequences.merge(stored.aggregateId(), 1L, Long::sum) - 1;
        return Event.newBuilder()
                .setMessageIdentifier(DerivedId.derive("event", Integer.toString(number)))
                .setTimestamp(Instant.now().toEpochMilli())
                .setAggregateType(stored.aggregateType())
                .setAggregateIdentifier(stored.aggregateId())
                .setAggregateSequenceNumber(sequence)
                .setPayload(serialized)
                .putMetaData("correlationId", text(DerivedId.derive("request", stored.aggregateId())))
                .putMetaData("causationId", text(DerivedId.derive("cause", Integer.toString(number))))
                .putMetaData("actor", text("anonymous"))
                .putMetaData("service", text("order-command"))
                .build();
    }

    private static MetaDataValue text(String value) {
        return MetaDataValue.newBuilder().setTextValue(value).build();
    }

    private void measure(ServiceProcess query, ServiceProcess baseline) throws IOException, InterruptedException {
        say("order-query reads them for the first time");
        var first = new Line("all of them at once, at first", 1, 1);
        first.add(0, awaitFirst(query), -1);
        noteMemory(query);
        for (String projection : query.projections()) {
            if (!only.test(projection)) {
                continue;
            }
            var line = new Line(projection, 1, 2);
            for (int round = 0; round < scale.rounds(); round++) {
                for (int turn = 0; turn < 2; turn++) {
                    int contender = round % 2 == 0 ? turn : 1 - turn;
                    if (contender == 0) {
                        rebuild(query, projection, line, 0);
                        noteMemory(query);
                    } else {
                        rebuild(baseline, MADE_OF_NOTHING, line, 1);
                    }
                }
            }
            table.add(line);
        }
        table.addYardstick(first);
        if (only.test("verification")) {
            table.addYardstick(verification(query));
        }
        table.addOnce("resident memory, at first, MiB", onlyFirst(residentMib.getFirst()));
        table.addOnce(
                "resident memory, most, MiB",
                onlyFirst(residentMib.stream().mapToDouble(each -> each).max().orElse(0)));
        table.addOnce("resident memory, in the end, MiB", onlyFirst(residentMib.getLast()));
    }

    /** Each event is hashed and compared with the signed record of it, which was made while they were first read. */
    private Line verification(ServiceProcess service) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (service.recorded() < scale.events() - 1) {
            requireTime(begun);
            ServiceProcess.pause();
        }
        var line = new Line("verification", 1, 1);
        for (int round = 0; round < scale.rounds(); round++) {
            long asked = System.nanoTime();
            OptionalLong before = service.processorNanos();
            String id = service.verify(scale.events() - 1L);
            JsonNode run = service.verified(id);
            while (run.path("state").asString("").equals("RUNNING")) {
                requireTime(asked);
                ServiceProcess.pause();
                run = service.verified(id);
            }
            long elapsed = System.nanoTime() - asked;
            if (!run.path("verdict").asString("").equals("VALID")) {
                throw new RunFailedException("A store that nobody touched is not valid: " + run);
            }
            line.add(
                    0,
                    new Round(scale.events(), elapsed, new Histogram(Round.LATENCY_DIGITS)),
                    used(before, service.processorNanos()));
        }
        return line;
    }

    private static long used(OptionalLong before, OptionalLong after) {
        return before.isPresent() && after.isPresent() ? after.getAsLong() - before.getAsLong() : -1;
    }

    private static List<OptionalDouble> onlyFirst(double value) {
        return List.of(OptionalDouble.of(value), OptionalDouble.empty());
    }

    private void noteMemory(ServiceProcess service) throws IOException, InterruptedException {
        Contender.residentMib(service.handle()).ifPresent(residentMib::add);
    }

    private Round awaitFirst(ServiceProcess service) throws IOException, InterruptedException {
        long begun = System.nanoTime();
        while (service.position() < scale.events() - 1) {
            requireTime(begun);
            ServiceProcess.pause();
        }
        return new Round(scale.events(), System.nanoTime() - begun, new Histogram(Round.LATENCY_DIGITS));
    }

    private void rebuild(ServiceProcess service, String projection, Line line, int contender)
            throws IOException, InterruptedException {
        String id = service.rebuild(projection);
        long asked = System.nanoTime();
        JsonNode unusedBecauseNotBegun = await(service, id, asked, "PREPARING", -1);
        long begun = System.nanoTime();
        OptionalLong before = service.processorNanos();
        JsonNode unusedBecauseNotCompared = await(service, id, asked, "RUNNING", scale.events() - 1);
        long elapsed = System.nanoTime() - begun;
        OptionalLong after = service.processorNanos();
        JsonNode rebuild = await(service, id, asked, "RUNNING", Long.MAX_VALUE);
        if (rebuild.path("comparison").path("differences").asLong(-1) != 0) {
            throw new RunFailedException("Another read model than before: " + rebuild);
        }
        say(String.format(
                Locale.ROOT,
                "%s: %,.0f events/s, %,d documents",
                projection,
                scale.events() * 1e9 / elapsed,
                rebuild.path("comparison").path("documents").asLong()));
        line.add(
                contender,
                new Round(scale.events(), elapsed, new Histogram(Round.LATENCY_DIGITS)),
                used(before, after));
    }

    /** Waits until a rebuild is no longer in a state, or has come to a position. */
    private static JsonNode await(ServiceProcess service, String id, long asked, String state, long position)
            throws IOException, InterruptedException {
        JsonNode rebuild = service.rebuilt(id);
        while (Objects.equals(rebuild.path("state").asString(), state)
                && (position < 0 || rebuild.path("progress").path("position").asLong() < position)) {
            requireTime(asked);
            ServiceProcess.pause();
            rebuild = service.rebuilt(id);
        }
        return rebuild;
    }

    private static void requireTime(long since) {
        if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(REBUILD_LIMIT_SECONDS)) {
            throw new RunFailedException("Not done after " + REBUILD_LIMIT_SECONDS + " s");
        }
    }

    @SuppressWarnings("SystemOut")
    private static void say(String text) {
        System.out.println(text);
    }
}
