package io.waybill.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.axonframework.eventhandling.EventMessage;

/**
 * Those who read the log and act on it, at one position that they share. One of them has the claim; while it is in the
 * midst of a batch another may take the claim from it, and handles the same events.
 */
final class Reader {

    private final String name;
    private final Predicate<EventMessage<?>> interest;
    private final List<Consumer<List<? extends EventMessage<?>>>> instances;
    private final Map<Class<?>, Boolean> interesting = new HashMap<>();
    private int position;
    /** Which of the claims made so far is the last. */
    private int claim;

    private int busy;
    /** Where the batch ends in whose midst an instance is. */
    private int end;

    private boolean robbed;

    /**
     * @param interest says of which types it handles events; the others are passed over
     * @param instances each handles events as one batch
     */
    Reader(
            String name,
            Predicate<EventMessage<?>> interest,
            List<Consumer<List<? extends EventMessage<?>>>> instances) {
        this.name = name;
        this.interest = interest;
        this.instances = instances;
    }

    void rewind() {
        position = 0;
    }

    /**
     * Whether an instance is in the midst of a batch and another could take the claim from it, which then handles events
     * of that batch only. Were it to go further, and end a process that starts in the batch, the one that was robbed
     * would start it once more: services do not keep it from that.
     */
    boolean canBeRobbed() {
        return busy == 1 && instances.size() > 1 && !robbed;
    }

    boolean isBusy() {
        return busy > 0;
    }

    /** How far it is behind, after what it need not read. */
    int behind(Log log) {
        while (position < log.size() && !isInteresting(log.read(position))) {
            position++;
        }
        return (isBusy() ? end : log.size()) - position;
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
        robbed = busy++ > 0;
        end = from + count;
        try {
            instances.get(busy - 1).accept(log.read(from, from + count));
        } finally {
            busy--;
        }
        if (claimed != claim) {
            throw new Crash("its claim was taken");
        }
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
