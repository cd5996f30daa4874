package io.waybill.systemtests;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the services tell which crash point they stand at, and are told to go on. A point of an order can be shut by a
 * gate; everything else goes on at once.
 */
final class Rendezvous implements AutoCloseable {

    /** One side of one step. */
    record Point(String step, String side) {}

    /** Holds whoever comes to a point of an order, until it is opened. */
    record Gate(CompletableFuture<Void> reached, CompletableFuture<Void> opened) {

        private Gate() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }

        boolean isReached() {
            return reached.isDone();
        }

        void open() {
            opened.complete(null);
        }
    }

    private record PointOfOrder(Point point, String orderId) {}

    private final ServerSocket server;
    private final Set<String> steps = new TreeSet<>();
    private final Map<PointOfOrder, Gate> gates = new ConcurrentHashMap<>();
    /** Completed once it is known who the order belongs to; whoever comes earlier waits. */
    private final Map<String, CompletableFuture<Map<Point, String>>> orders = new ConcurrentHashMap<>();

    Rendezvous() throws IOException {
        server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return server.getLocalPort();
    }

    /** Every step of every process, as the service that runs them declared when it started. */
    Set<String> steps() {
        synchronized (steps) {
            return Set.copyOf(steps);
        }
    }

    /** Shuts a point of an order. */
    Gate shut(Point point, String orderId) {
        return gates.computeIfAbsent(new PointOfOrder(point, orderId), key -> new Gate());
    }

    /** Lets an order take its course: until then it does not get past its first point. */
    void admit(String orderId) {
        order(orderId).complete(new LinkedHashMap<>());
    }

    /** The points that an order came to, in that order, with what the step wanted when it first did. */
    Map<Point, String> reached(String orderId) {
        return Optional.ofNullable(order(orderId).getNow(null))
                .map(reached -> {
                    synchronized (reached) {
                        return (Map<Point, String>) new LinkedHashMap<>(reached);
                    }
                })
                .orElse(Map.of());
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        orders.values().forEach(order -> order.complete(new LinkedHashMap<>()));
        gates.values().forEach(Gate::open);
    }

    private CompletableFuture<Map<Point, String>> order(String orderId) {
        return orders.computeIfAbsent(orderId, key -> new CompletableFuture<>());
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> answer(socket));
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void answer(Socket accepted) {
        try (Socket socket = accepted) {
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            String line = in.readLine();
            if (line != null) {
                hear(List.of(line.split(" ", -1)));
            }
            socket.getOutputStream().write("go\n".getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // Whoever stood there was killed, which is what this is for.
        }
    }

    private void hear(List<String> words) {
        switch (words.getFirst()) {
            case "steps" -> {
                synchronized (steps) {
                    steps.addAll(words.subList(1, words.size()));
                }
            }
            case "point" -> arrive(new Point(words.get(1), words.get(2)), words.get(3), words.get(4));
            default -> throw new IllegalArgumentException("Not understood: " + words);
        }
    }

    private void arrive(Point point, String orderId, String commands) {
        Map<Point, String> reached = order(orderId).join();
        synchronized (reached) {
            reached.putIfAbsent(point, commands);
        }
        Gate gate = gates.get(new PointOfOrder(point, orderId));
        if (gate != null) {
            gate.reached().complete(null);
            gate.opened().join();
        }
    }
}
