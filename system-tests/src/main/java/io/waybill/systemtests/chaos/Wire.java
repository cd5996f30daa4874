package io.waybill.systemtests.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy that can be broken as networks break. Connections go in turn to the targets that take them, so it also
 * stands in front of several instances of one service.
 */
final class Wire implements AutoCloseable {

    /** How a wire can be. */
    enum State {
        /** It carries everything at once. */
        SOUND,
        /** Connections are reset, and new ones too. */
        CUT,
        /** Both ends think they are connected, and nothing arrives. */
        SILENT,
        /** What the client sends arrives, what the server answers does not. */
        ANSWERS_LOST,
        /** Everything arrives a quarter of a second late. */
        LATE,
        /** A few kilobytes arrive in a second. */
        SLOW
    }

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int SLOW_CHUNK_BYTES = 512;
    private static final long LATE_MILLIS = 250;
    private static final long SLOW_MILLIS = 50;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

    private final String name;
    private final ServerSocket server;
    private final List<InetSocketAddress> targets;
    private final AtomicInteger turn = new AtomicInteger();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private volatile State state = State.SOUND;

    /** @param name for people, such as {@code inventory-saga-2 to event store} */
    Wire(String name, List<InetSocketAddress> targets) {
        this.name = name;
        this.targets = List.copyOf(targets);
        try {
            server = new ServerSocket();
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen for " + name, e);
        }
        Thread.ofVirtual().name(name).start(this::accept);
    }

    String name() {
        return name;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Changes how it is. What was swallowed is gone, so a connection that lost something is reset. */
    void become(State next) {
        state = next;
        links.stream().filter(link -> next == State.CUT || link.damaged).forEach(Link::reset);
    }

    @Override
    public void close() {
        state = State.CUT;
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        links.forEach(Link::reset);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                if (state == State.CUT) {
                    reset(client);
                } else {
                    Thread.ofVirtual().name(name).start(() -> connect(client));
                }
            } catch (IOException e) {
                if (!server.isClosed()) {
                    throw new UncheckedIOException(name, e);
                }
            }
        }
    }

    /** To the next target in turn, or one after it if that one does not take the connection. */
    private void connect(Socket client) {
        int first = turn.getAndIncrement();
        for (int i = 0; i < targets.size(); i++) {
            var target = new Socket();
            try {
                target.connect(targets.get(Math.floorMod(first + i, targets.size())), CONNECT_TIMEOUT_MILLIS);
                var link = new Link(client, target);
                links.add(link);
                link.run();
                return;
            } catch (IOException e) {
                reset(target);
            }
        }
        reset(client);
    }

    private final class Link {

        private final Socket client;
        private final Socket target;
        private volatile boolean damaged;

        Link(Socket client, Socket target) throws IOException {
            this.client = client;
            this.target = target;
            client.setTcpNoDelay(true);
            target.setTcpNoDelay(true);
        }

        void run() {
            Thread.ofVirtual().name(name).start(() -> carry(client, target, false));
            carry(target, client, true);
        }

        private void carry(Socket from, Socket to, boolean answers) {
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                byte[] buffer = new byte[CHUNK_BYTES];
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    deliver(buffer, n, out, answers);
                }
            } catch (IOException e) {
                // One end is gone, and so is the other in a moment; whose fault it was is told by whom it happens to.
                damaged = true;
            } finally {
                reset();
            }
        }

        private void deliver(byte[] bytes, int length, OutputStream out, boolean answers) throws IOException {
            switch (state) {
                case SOUND -> out.write(bytes, 0, length);
                case CUT -> throw new IOException("cut");
                case SILENT -> damaged = true;
                case ANSWERS_LOST -> {
                    if (answers) {
                        damaged = true;
                    } else {
                        out.write(bytes, 0, length);
                    }
                }
                case LATE -> {
                    pause(LATE_MILLIS);
                    out.write(bytes, 0, length);
                }
                case SLOW -> {
                    for (int sent = 0; sent < length; sent += SLOW_CHUNK_BYTES) {
                        pause(state == State.SLOW ? SLOW_MILLIS : 0);
                        out.write(Arrays.copyOfRange(bytes, sent, Math.min(length, sent + SLOW_CHUNK_BYTES)));
                    }
                }
            }
        }

        void reset() {
            links.remove(this);
            Wire.reset(client);
            Wire.reset(target);
        }
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Without a goodbye: the other end sees a reset, not an orderly end. */
    private static void reset(Socket socket) {
        try (socket) {
            socket.setOption(StandardSocketOptions.SO_LINGER, 0);
        } catch (IOException e) {
            // Its other direction was first to close it, which is what was wanted.
            if (!socket.isClosed()) {
                throw new UncheckedIOException("Cannot close a socket", e);
            }
        }
    }
}
