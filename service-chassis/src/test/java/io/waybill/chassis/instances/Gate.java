package io.waybill.chassis.instances;

import com.mongodb.MongoTimeoutException;
import io.waybill.chassis.messaging.Segments;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/** Holds up the next batch of events that comes to a place, as if its process were suspended there. */
final class Gate {

    private static final String HANDLED = Gate.class.getName();
    private static final int PATIENCE_SECONDS = 20;

    private volatile @Nullable Hold hold;
    private final AtomicInteger ready = new AtomicInteger();

    /** Parcels of which nothing can be stored in a view that is not shown, as if the store were away. */
    final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** How often that was tried. */
    final AtomicInteger refusals = new AtomicInteger();

    /** Where a batch can be held up. */
    enum Place {
        /** Its event was handled; the commands of that were sent and maybe not answered. */
        IN_THE_SAGA,
        /** All commands were answered, and the claim was still there then. */
        BEFORE_THE_SAGA_IS_STORED,
        BEFORE_THE_TOKEN_IS_STORED,
        /** The view was read, and is not written yet. */
        IN_THE_VIEW
    }

    /** One batch that is held up. */
    static final class Hold {

        private final Place place;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch opened = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);
        private volatile int segment;

        Hold(Place place) {
            this.place = place;
        }

        /** Waits for a batch to come, and tells its segment. */
        int awaitBatch() {
            await(reached);
            return segment;
        }

        /** Lets the batch go on, and waits for its end. */
        void letGo() {
            opened.countDown();
            await(over);
        }

        private void stop(int batchSegment) {
            segment = batchSegment;
            CurrentUnitOfWork.get().root().onCleanup(batch -> over.countDown());
            reached.countDown();
            await(opened);
        }

        private static void await(CountDownLatch latch) {
            try {
                if (!latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                    throw new AssertionError("waited in vain");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            }
        }
    }

    /** Holds up the next batch that comes there. */
    Hold close(Place place) {
        var closed = new Hold(place);
        hold = closed;
        return closed;
    }

    /** How many batches were about to store a saga. */
    int ready() {
        return ready.get();
    }

    /**
     * A store of tokens that tells when a claim was renewed amid a batch. That is done right before its saga is stored,
     * and only then.
     */
    TokenStore around(TokenStore tokens) {
        return (TokenStore) Proxy.newProxyInstance(
                Gate.class.getClassLoader(), new Class<?>[] {TokenStore.class}, (proxy, method, arguments) -> {
                    try {
                        Object result = method.invoke(tokens, arguments);
                        if (method.getName().equals("extendClaim")) {
                            renewed((String) arguments[0]);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void renewed(String processor) {
        if (!CurrentUnitOfWork.isStarted()) {
            return;
        }
        UnitOfWork<?> batch = CurrentUnitOfWork.get().root();
        if (batch.getResource(HANDLED) != null) {
            ready.incrementAndGet();
            pass(Place.BEFORE_THE_SAGA_IS_STORED, processor);
            // What is registered last is done first, so this comes before the token.
            batch.onCommit(stored -> pass(Place.BEFORE_THE_TOKEN_IS_STORED, processor));
        }
    }

    void passBesideTheView(String parcel) {
        if (refused.contains(parcel)) {
            refusals.incrementAndGet();
            throw new MongoTimeoutException("The store is away.");
        }
    }

    /** Told by the saga, because its events come to all segments, and it is in one of them. */
    void handledBySaga() {
        CurrentUnitOfWork.get().root().resources().put(HANDLED, true);
        pass(Place.IN_THE_SAGA, TwoInstances.SAGA);
    }

    void pass(Place place, String processor) {
        Hold closed = hold;
        if (closed != null && closed.place == place) {
            hold = null;
            closed.stop(Objects.requireNonNull(Segments.of(CurrentUnitOfWork.get(), processor)));
        }
    }
}
