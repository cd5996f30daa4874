package io.waybill.axonserver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.axoniq.axonserver.grpc.command.CommandServiceGrpc;
import io.axoniq.axonserver.grpc.event.EventStoreGrpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CallGateTest {

    private static final String COMMAND = CommandServiceGrpc.getDispatchMethod().getFullMethodName();
    private static final String APPEND = EventStoreGrpc.getAppendEventMethod().getFullMethodName();
    private static final String TRACKING = EventStoreGrpc.getListEventsMethod().getFullMethodName();
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final CallGate gate = new CallGate();

    @Test
    void appendsAreLetInUntilTheLastCommandHasEndedAndThenAwaited() {
        ServerCall.Listener<String> command = open(new Call(COMMAND));
        Call stream = new Call(TRACKING);
        open(stream);
        CompletableFuture<Integer> cutOff = close(TimeUnit.MINUTES.toMillis(1));
        Awaitility.await().until(() -> isRefused(COMMAND));
        assertThat(isRefused(TRACKING)).isTrue();
        Call appending = new Call(APPEND);
        ServerCall.Listener<String> append = open(appending);
        assertThat(appending.closedWith).isNull();

        command.onComplete();
        Awaitility.await().until(() -> isRefused(APPEND));
        assertThat(cutOff).isNotDone();
        assertThat(stream.closedWith).isNull();
        append.onCancel();

        assertThat(cutOff).succeedsWithin(PATIENCE).isEqualTo(0);
        assertThat(stream.closedWith).isEqualTo(Status.Code.UNAVAILABLE);
    }

    @Test
    void callsThatDoNotEndAreCounted() {
        open(new Call(COMMAND));
        open(new Call(APPEND));
        open(new Call(APPEND)).onComplete();
        open(new Call(TRACKING));

        assertThat(close(0)).succeedsWithin(PATIENCE).isEqualTo(2);
    }

    @Test
    void callThatFailsToBeginIsNotWaitedFor() {
        ServerCallHandler<String, String> failing = (call, headers) -> {
            throw new IllegalStateException("not today");
        };
        assertThatThrownBy(() -> gate.interceptCall(new Call(COMMAND), new Metadata(), failing))
                .hasMessage("not today");

        assertThat(close(TimeUnit.MINUTES.toMillis(1))).succeedsWithin(PATIENCE).isEqualTo(0);
    }

    @Test
    void nothingIsSentOnAStreamThatHasEnded() {
        CompletableFuture<ServerCall<String, String>> served = new CompletableFuture<>();
        Call stream = new Call(TRACKING);
        gate.interceptCall(stream, new Metadata(), (call, headers) -> {
            served.complete(call);
            return new ServerCall.Listener<>() {};
        });
        served.join().sendMessage("before");

        assertThat(close(0)).succeedsWithin(PATIENCE);
        served.join().sendMessage("after");
        served.join().close(Status.OK, new Metadata());

        assertThat(stream.sent).isEqualTo(1);
        assertThat(stream.closedWith).isEqualTo(Status.Code.UNAVAILABLE);
    }

    private boolean isRefused(String method) {
        Call call = new Call(method);
        // A call that gets in ends at once, so that nobody waits for it.
        open(call).onComplete();
        return call.closedWith == Status.Code.UNAVAILABLE;
    }

    private ServerCall.Listener<String> open(Call call) {
        return gate.interceptCall(call, new Metadata(), (served, headers) -> new ServerCall.Listener<>() {});
    }

    private CompletableFuture<Integer> close(long limitMillis) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return gate.close(limitMillis);
            } catch (InterruptedException e) {
                throw new CompletionException(e);
            }
        });
    }

    /** A call whose client is not there; the gate looks at nothing but its method. */
    private static final class Call extends ServerCall<String, String> {

        private final MethodDescriptor<String, String> method;
        private int sent;
        private Status.@Nullable Code closedWith;

        Call(String method) {
            this.method = MethodDescriptor.newBuilder(new NoMarshaller(), new NoMarshaller())
                    .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                    .setFullMethodName(method)
                    .build();
        }

        @Override
        public MethodDescriptor<String, String> getMethodDescriptor() {
            return method;
        }

        @Override
        public void sendMessage(String message) {
            sent++;
        }

        @Override
        public void close(Status status, Metadata trailers) {
            closedWith = status.getCode();
        }

        @Override
        public void sendHeaders(Metadata headers) {}

        @Override
        public void request(int count) {}

        @Override
        public boolean isCancelled() {
            return false;
        }
    }

    private static final class NoMarshaller implements MethodDescriptor.Marshaller<String> {

        @Override
        public InputStream stream(String message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String parse(InputStream stream) {
            throw new UnsupportedOperationException();
        }
    }
}
