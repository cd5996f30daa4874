package io.waybill.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.axonframework.eventhandling.EventMessage;
import org.bson.BsonDocument;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;

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

    private final Store store;
    private final String processor;
    private final int segment;
    private final BsonString id;
    private final Predicate<EventMessage<?>> interest;
    private final IntFunction<Instance> starter;
    private final int most;
    /** Those that have started in this history. */
    private final List<Instance> instances = new ArrayList<>();

    private final Map<Class<?>, Boolean> interesting = new HashMap<>();
    /** Which of the claims made so far is the last. */
    private int claim;

    private int busy;

    /**
     * @param store where the position is kept
     * @param interest says of which types it handles events; the others are passed over
     * @param starter makes the instance of a number, which knows nothing of any history before
     * @param most so many instances share the position
     */
    Reader(
            Store store,
            String processor,
            int segment,
            Predicate<EventMessage<?>> interest,
            IntFunction<Instance> starter,
            int most) {
        this.store = store;
        this.processor = processor;
        this.segment = segment;
        id = new BsonString(processor + "/" + segment);
        this.interest = interest;
        this.starter = starter;
        this.most = most;
        store.add(this);
    }

    /** Ends all instances: whatever they remember belongs to one history. */
    void stop() {
        instances.clear();
    }

    String processor() {
        return processor;
    }

    /**
     * Whether an instance is in the midst of a batch and another could take the claim from it, which then goes on as long
     * as the one that was robbed does nothing.
     */
    boolean canBeRobbed() {
        return isBusy() && busy < most;
    }

    /** Whether nothing is lost of what it has stored. */
    boolean isWhole() {
        return store.isWhole();
    }

    boolean isBusy() {
        return busy > 0;
    }

    /** How far it is behind, after what it need not read; 0 if its position is lost. */
    int behind(Log log) {
        @Nullable BsonDocument token = store.token(id);
        if (token == null) {
            token = store.makeToken(id, processor, segment);
            if (token == null) {
                return 0;
            }
        }
        int position = Store.position(token);
        int next = position;
        while (next < log.size() && !isInteresting(log.read(next))) {
            next++;
        }
        if (next > position) {
            Store.move(token, next);
        }
        return log.size() - next;
    }

    /**
     * Has an instance that is not busy handle the next events as one batch.
     *
     * @param keepsPosition whether it remembers afterwards that it has
     * @throws RuntimeException what the handler threw; the events are then still unread
     * @throws Crash if another took the claim meanwhile, or the position was lost
     */
    void read(Log log, int count, boolean keepsPosition) {
        BsonDocument token = Objects.requireNonNull(store.token(id), "nothing can be read without a position");
        int from = Store.position(token);
        int claimed = ++claim;
        store.checkpoints().hasClaimed(processor);
        var own = new Claim(() -> claimed == claim && store.isStill(id, token), store.checkpoint(log, processor));
        if (busy == instances.size()) {
            instances.add(starter.apply(busy));
        }
        try {
            instances.get(busy++).handle(log.read(from, from + count), own);
        } finally {
            busy--;
        }
        own.check();
        Store.move(token, from + (keepsPosition ? count : 0));
    }

    private boolean isInteresting(EventMessage<?> event) {
        return interesting.computeIfAbsent(event.getPayloadType(), type -> interest.test(event));
    }

    @Override
    public String toString() {
        return id.getValue();
    }
}
