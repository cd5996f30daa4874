package io.waybill.axonserver.api;

import io.grpc.stub.StreamObserver;
import java.util.function.Consumer;

/**
 * The requests of a client's stream, for the usual case in which it does not matter how the stream ends.
 *
 * @param <T> the type of request
 */
record CallObserver<T>(Consumer<T> onRequest, Runnable onEnd) implements StreamObserver<T> {

    @Override
    public void onNext(T request) {
        onRequest.accept(request);
    }

    @Override
    public void onError(Throwable cause) {
        onEnd.run();
    }

    @Override
    public void onCompleted() {
        onEnd.run();
    }
}
