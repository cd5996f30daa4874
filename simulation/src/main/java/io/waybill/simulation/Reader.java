package io.waybill.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.axonframework.eventhandling.EventMessage;

/**
 * Those who read the log and act on it, at one position that they share. One of them has the claim; while it is in the
 * midst of a batch another may take the claim from it, and handles the same events.
 */
final class Reader {

    /** Handles events as one batch, which is to fail if the claim is taken from it. */
    @FunctionalInterface
    interface Instance {
        void handle(List<? extends EventMessage<?>> events, Claim claim);
    }

    private final String name;
    private final Predicate<EventMessage<?>> interest;
    private final List<Instance> instances;
    private final Map<Class<?>, Boolean> interesting = new HashMap<>();
    private int position;
    /** Which of the claims made so far is the last. */
    private int claim;

    private int busy;
    /**
     * @param interest says of which types it handles events; the others are passed over
     * @param instances that share the position
     */
    Reader(String name, Predicate<EventMessage<?>> interest, List<Instance> instances) {
        this.name = name;
        this.interest = interest;
        this.instances = instances;
    }

    void rewind() {
        position = 0;
    }

    /**
     * Whether an instance is in the midst of a batch and another could take the claim from it, which then goes on as long
     * as the one that was robbed does nothing.
     */
    boolean canBeRobbed() {
        return isBusy() && busy < instances.size();
    }

    boolean isBusy() {
        return busy > 0;
    }

    /** How far it is behind, after what it need not read. */
    int behind(Log log) {
        while (position < log.size() && !isInteresting(log.read(position))) {
            position++;
        }
        return log.size() - position;
    }

    /**
     * Has an instance that is not busy handle the next events as one batch.
     *
     * @param keepsPosition whether it remembers afterwards that it has
     * @throws RuntimeException what the handler threw; the events are then still unread
     * @throws Crash if another took the claim meanwhile
     */
    void read(Log log, int count, boolean keepsPosition) {
        int from = position;
        int claimed = ++claim;
        Claim own = () -> {
            if (claimed != claim) {
                throw new Crash("its claim was taken");
            }
        };
        try {
            instances.get(busy++).handle(log.read(from, from + count), own);
        } finally {
            busy--;
        }
        own.check();
        position = from + (keepsPosition ? count : 0);
    }

    private boolean isInteresting(EventMessage<?> event) {
        return interesting.computeIfAbsent(event.getPayloadType(), type -> interest.test(event));
    }

    @Override
    public String toString() {
        return name;
    }
}
