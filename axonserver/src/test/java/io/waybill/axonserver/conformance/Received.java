package io.waybill.axonserver.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a call brings back, in order, and how it ended.
 *
 * @param <T> the type of message
 */
public final class Received<T> implements StreamObserver<T> {

    private final BlockingQueue<T> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<Fault> ended = new CompletableFuture<>();

    /** The next message; it must come soon. */
    public T next() {
        try {
            T next = messages.poll(Clients.PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(next).as("a message; the call ended with %s", ended).isNotNull();
            return next;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** The next {@code count} messages. */
    public List<T> next(int count) {
        List<T> taken = new ArrayList<>();
        while (taken.size() < count) {
            taken.add(next());
        }
        return taken;
    }

    /** How many messages have come that were not taken. */
    public int waiting() {
        return messages.size();
    }

    /** How the call ended; it must end soon. */
    public Fault end() {
        return Clients.await(ended);
    }

    /** Whether the call has ended. */
    public boolean hasEnded() {
        return ended.isDone();
    }

    @Override
    public void onNext(T message) {
        messages.add(message);
    }

    @Override
    public void onError(Throwable cause) {
        ended.complete(Fault.of(cause));
    }

    @Override
    public void onCompleted() {
        ended.complete(new Fault(Status.Code.OK, "", ""));
    }

    /**
     * How a call ended.
     *
     * @param code the code of the Axon Server API, such as {@code AXONIQ-2000}; empty when there is none
     */
    public record Fault(Status.Code status, String code, String description) {

        private static final Metadata.Key<String> ERROR_CODE =
                Metadata.Key.of("AxonIQ-ErrorCode", Metadata.ASCII_STRING_MARSHALLER);

        /** The fault that {@code cause} stands for, however it is wrapped. */
        public static Fault of(Throwable cause) {
            Status status = Status.fromThrowable(cause);
            Metadata trailers = Status.trailersFromThrowable(cause);
            String code = trailers == null ? null : trailers.get(ERROR_CODE);
            String description = status.getDescription();
            return new Fault(status.getCode(), code == null ? "" : code, description == null ? "" : description);
        }
    }
}
