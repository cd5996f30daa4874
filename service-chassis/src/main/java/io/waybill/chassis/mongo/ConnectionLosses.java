package io.waybill.chassis.mongo;

import com.mongodb.event.ConnectionClosedEvent;
import com.mongodb.event.ConnectionPoolClearedEvent;
import com.mongodb.event.ConnectionPoolListener;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * Whether the connection to the store was lost amid a batch. The driver hides it from whoever only reads, or comes a
 * moment later; and the store that answers then may be one that was put back, without what the batch has written.
 */
final class ConnectionLosses implements ConnectionPoolListener {

    private static final String BEFORE = ConnectionLosses.class.getName();

    private final AtomicInteger count = new AtomicInteger();

    @Override
    public void connectionPoolCleared(ConnectionPoolClearedEvent event) {
        count.incrementAndGet();
    }

    /** One that had no answer in time is closed alone. */
    @Override
    public void connectionClosed(ConnectionClosedEvent event) {
        if (event.getReason() == ConnectionClosedEvent.Reason.ERROR) {
            count.incrementAndGet();
        }
    }

    /** To be called before a batch reads or writes anything. */
    void begin(UnitOfWork<?> batch) {
        batch.root().resources().putIfAbsent(BEFORE, count.get());
    }

    /** Whether there was one since the batch that is being handled began; false outside of one. */
    boolean areAmidBatch() {
        if (!CurrentUnitOfWork.isStarted()) {
            return false;
        }
        @Nullable Integer before = CurrentUnitOfWork.get().root().getResource(BEFORE);
        return before != null && before != count.get();
    }
}
