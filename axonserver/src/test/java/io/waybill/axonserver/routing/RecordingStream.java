package io.waybill.axonserver.routing;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The server's end of a call whose client is as slow as the test wants. */
final class RecordingStream<T> extends ServerCallStreamObserver<T> {

    final List<T> sent = new ArrayList<>();
    boolean ready = true;
    boolean completed;

    @Nullable
    Throwable error;

    T last() {
        return sent.getLast();
    }

    @Override
    public void onNext(T message) {
        sent.add(message);
    }

    @Override
    public void onError(Throwable fault) {
        error = fault;
    }

    @Override
    public void onCompleted() {
        completed = true;
    }

    @Override
    public boolean isReady() {
        return ready;
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}
}
