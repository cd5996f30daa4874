package io.waybill.chassis.mongo;

import io.waybill.chassis.messaging.KeptClaim;
import io.waybill.chassis.messaging.Segments;
import io.waybill.chassis.messaging.Slot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;

/**
 * What a projection, or a process that asks for it, makes of one batch of events: views are read once, folded in memory and written once, before the
 * token of the batch is. A crash in between has the batch handled again, which finds what it wrote before.
 */
public final class ViewBatch {

    private static final String BATCH = ViewBatch.class.getName();
    private static final String SLOT = Slot.class.getName();

    private final List<? extends EventMessage<?>> events;
    private final Map<ViewCollection<?>, ViewChanges<?>> changes = new HashMap<>();
    private final List<Runnable> writes = new ArrayList<>();
    private final Map<String, Runnable> followUps = new LinkedHashMap<>();
    private final String processor;

    private ViewBatch(List<? extends EventMessage<?>> events, String processor) {
        this.events = events;
        this.processor = processor;
    }

    /**
     * Has the views of a projection read and written with the whole batch of events. Without effect on a dead letter that
     * is retried, which comes in none.
     */
    public static void begin(UnitOfWork<? extends EventMessage<?>> unitOfWork, String projection) {
        unitOfWork.root().resources().putIfAbsent(SLOT, Slot.ofProcessor(projection));
        beginBatch(unitOfWork, projection);
    }

    /**
     * The same for a process, which must do nothing that counts on its views but {@link #onceWritten}. To be called by its
     * handler of events; without effect outside of a batch.
     */
    public static void beginInProcess(String processor) {
        if (CurrentUnitOfWork.isStarted()) {
            beginBatch(CurrentUnitOfWork.get(), processor);
        }
    }

    private static void beginBatch(UnitOfWork<?> unitOfWork, String processor) {
        if (unitOfWork instanceof BatchingUnitOfWork<?> batch && Segments.of(batch, processor) != null) {
            batch.getOrComputeResource(BATCH, key -> {
                var begun = new ViewBatch(eventsOf(batch), processor);
                batch.onPrepareCommit(all -> begun.end());
                return begun;
            });
        }
    }

    private static List<? extends EventMessage<?>> eventsOf(BatchingUnitOfWork<?> batch) {
        return batch.getMessages().stream()
                .map(message -> (EventMessage<?>) message)
                .toList();
    }

    /**
     * Does something when the views of the batch are written: at its end, or at once outside of one.
     *
     * @param key of what is done once, as was asked last
     */
    public static void onceWritten(String key, Runnable followUp) {
        current().ifPresentOrElse(batch -> batch.followUps.put(key, followUp), followUp);
    }

    /** The batch that is being handled; empty outside of one. */
    static Optional<ViewBatch> current() {
        if (!CurrentUnitOfWork.isStarted()) {
            return Optional.empty();
        }
        UnitOfWork<?> root = CurrentUnitOfWork.get().root();
        return Optional.ofNullable(root.getResource(BATCH));
    }

    /** The place that what is handled now is meant for. */
    static Slot slot() {
        if (!CurrentUnitOfWork.isStarted()) {
            return Slot.FIRST;
        }
        return CurrentUnitOfWork.get().root().getOrDefaultResource(SLOT, Slot.FIRST);
    }

    /** Asks something once for all events of a batch. */
    static boolean remember(ViewStore<?> store, BooleanSupplier question) {
        return CurrentUnitOfWork.isStarted()
                ? CurrentUnitOfWork.get()
                        .root()
                        .getOrComputeResource(
                                SLOT + " " + System.identityHashCode(store), key -> question.getAsBoolean())
                : question.getAsBoolean();
    }

    /** Writes what has been folded up to now. To be done before anything is stored that counts on it. */
    public static void writeCurrent() {
        current().ifPresent(ViewBatch::write);
    }

    String processor() {
        return processor;
    }

    List<? extends EventMessage<?>> events() {
        return events;
    }

    @SuppressWarnings("unchecked") // each collection finds the changes that it made itself
    <V> ViewChanges<V> changesOf(ViewCollection<V> collection, Supplier<ViewChanges<V>> begin) {
        return (ViewChanges<V>) changes.computeIfAbsent(collection, same -> {
            ViewChanges<V> begun = begin.get();
            writes.add(() -> collection.write(begun));
            return begun;
        });
    }

    private void end() {
        KeptClaim.renew();
        write();
        followUps.values().forEach(Runnable::run);
    }

    private void write() {
        writes.forEach(Runnable::run);
    }
}
