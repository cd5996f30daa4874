package io.waybill.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.axonframework.eventhandling.EventMessage;

/** Somebody who reads the log and acts on it, at a position of its own. */
final class Reader {

    private final String name;
    private final Predicate<EventMessage<?>> interest;
    private final Consumer<List<? extends EventMessage<?>>> handler;
    private final Map<Class<?>, Boolean> interesting = new HashMap<>();
    private int position;
    private boolean busy;

    /**
     * @param interest says of which types it handles events; the others are passed over
     * @param handler handles events as one batch
     */
    Reader(String name, Predicate<EventMessage<?>> interest, Consumer<List<? extends EventMessage<?>>> handler) {
        this.name = name;
        this.interest = interest;
        this.handler = handler;
    }

    void rewind() {
        position = 0;
    }

    /** How far it is behind, after what it need not read; not at all while it is in the midst of a batch. */
    int behind(Log log) {
        if (busy) {
            return 0;
        }
        while (position < log.size() && !isInteresting(log.read(position))) {
            position++;
        }
        return log.size() - position;
    }

    /**
     * Handles the next events as one batch.
     *
     * @param keepsPosition whether it remembers afterwards that it has
     * @throws RuntimeException what the handler threw; the events are then still unread
     */
    void read(Log log, int count, boolean keepsPosition) {
        busy = true;
        try {
            handler.accept(log.read(position, position + count));
            position += keepsPosition ? count : 0;
        } finally {
            busy = false;
        }
    }

    private boolean isInteresting(EventMessage<?> event) {
        return interesting.computeIfAbsent(event.getPayloadType(), type -> interest.test(event));
    }

    @Override
    public String toString() {
        return name;
    }
}
