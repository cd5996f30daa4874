package io.waybill.axonserver.routing;

import com.google.protobuf.MessageLite;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Sends messages to one client in their order, no faster than its connection takes them. Its owner sees to it that one
 * thread at a time uses it, and calls {@link #drain} when the connection is ready again.
 *
 * @param <T> the type of message
 */
final class Outgoing<T extends MessageLite> {

    private final ServerCallStreamObserver<T> client;
    private final Backlog backlog;
    private final Queue<T> waiting = new ArrayDeque<>();

    Outgoing(ServerCallStreamObserver<T> client, Backlog backlog) {
        this.client = client;
        this.backlog = backlog;
    }

    /** Sends {@code message}, now or when the connection takes it; false when too much is waiting for that. */
    boolean add(T message) {
        if (waiting.isEmpty() && client.isReady()) {
            client.onNext(message);
            return true;
        }
        return backlog.add(message.getSerializedSize()) && waiting.add(message);
    }

    /** Sends what the connection takes. */
    void drain() {
        while (!waiting.isEmpty() && client.isReady()) {
            T message = waiting.remove();
            backlog.remove(message.getSerializedSize());
            client.onNext(message);
        }
    }

    int waiting() {
        return waiting.size();
    }

    /** Drops what was not sent. */
    void clear() {
        waiting.forEach(message -> backlog.remove(message.getSerializedSize()));
        waiting.clear();
    }
}
