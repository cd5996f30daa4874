package io.waybill.chassis.operations;

import io.waybill.chassis.mongo.ViewBatch;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.deadletter.DeadLetter;
import org.axonframework.messaging.deadletter.DeadLetterQueueOverflowException;
import org.axonframework.messaging.deadletter.EnqueueDecision;
import org.axonframework.messaging.deadletter.SequencedDeadLetterQueue;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a projection could not handle, parked in the order of its sequences. An event is parked once, however often the
 * batch that it came with is handled. A queue that is full refuses more, so its processor stops rather than skip; long
 * before that it tells so.
 */
final class CappedDeadLetterQueue implements SequencedDeadLetterQueue<EventMessage<?>> {

    /** More than these are no poison events: it is the projection that is broken, and it had better stop. */
    static final int MAX_SEQUENCES = 128;
    /** Days of a busy sequence; every event looks into the queue first, which gets slow with very many letters. */
    static final int MAX_SEQUENCE_SIZE = 1024;
    /** Leaves a fifth of the room to whoever is called. */
    static final int NEAR_CAP_PERCENT = 80;

    private static final Logger LOG = LoggerFactory.getLogger(CappedDeadLetterQueue.class);

    private final String processor;
    private final SequencedDeadLetterQueue<EventMessage<?>> queue;
    private final DeadLetters letters;
    /** Key by which a batch of events says that it need not look into the queue. */
    private final String nothingParked;

    private volatile boolean nearCap;

    CappedDeadLetterQueue(String processor, SequencedDeadLetterQueue<EventMessage<?>> queue, DeadLetters letters) {
        this.processor = processor;
        this.queue = queue;
        this.letters = letters;
        this.nothingParked = CappedDeadLetterQueue.class.getName() + " " + processor;
    }

    /** How full a queue is. */
    record Fill(long letters, long sequences, long longestSequence) {

        static final Fill NONE = new Fill(0, 0, 0);

        boolean isNearCap() {
            return isReached(NEAR_CAP_PERCENT);
        }

        /** Whether an event may come that cannot be parked any more. */
        boolean isFull() {
            return isReached(100);
        }

        private boolean isReached(int percent) {
            return sequences * 100 >= (long) MAX_SEQUENCES * percent
                    || longestSequence * 100 >= (long) MAX_SEQUENCE_SIZE * percent;
        }
    }

    @Override
    public void enqueue(Object sequence, DeadLetter<? extends EventMessage<?>> letter)
            throws DeadLetterQueueOverflowException {
        if (letters.isParked(processor, letter.message().getIdentifier())) {
            rememberParked();
            return;
        }
        // What came before it would be parked behind it if a crash had it handled again.
        ViewBatch.writeCurrent();
        try {
            queue.enqueue(sequence, letter);
        } finally {
            // It may be stored though nobody answered.
            rememberParked();
        }
        warnNearCap();
    }

    private void rememberParked() {
        letters.hasParked(processor);
        batch().ifPresent(batch -> batch.resources().put(nothingParked, false));
    }

    @Override
    public boolean enqueueIfPresent(Object sequence, Supplier<DeadLetter<? extends EventMessage<?>>> letter)
            throws DeadLetterQueueOverflowException {
        if (isNothingParked() || !queue.contains(sequence)) {
            return false;
        }
        enqueue(sequence, letter.get());
        return true;
    }

    /** Asked once for a batch: only the batch itself can park more of its sequences meanwhile. */
    private boolean isNothingParked() {
        return batch().map(
                        batch -> batch.<Boolean>getOrComputeResource(nothingParked, key -> letters.isEmpty(processor)))
                .orElse(false);
    }

    private static Optional<UnitOfWork<?>> batch() {
        return CurrentUnitOfWork.isStarted()
                ? Optional.of(CurrentUnitOfWork.get().root())
                : Optional.empty();
    }

    /** Once for each time that the mark is passed. */
    private void warnNearCap() {
        boolean before = nearCap;
        Fill fill = letters.fill().getOrDefault(processor, Fill.NONE);
        nearCap = fill.isNearCap();
        if (nearCap && !before) {
            LOG.error(
                    "{} events of {} sequences are parked by {}, and when there are {} sequences or {} events in one, it "
                            + "stops: retry or discard them by /api/ops/dead-letters.",
                    fill.letters(),
                    fill.sequences(),
                    processor,
                    MAX_SEQUENCES,
                    MAX_SEQUENCE_SIZE);
        }
    }

    @Override
    public void evict(DeadLetter<? extends EventMessage<?>> letter) {
        queue.evict(letter);
    }

    @Override
    public void requeue(
            DeadLetter<? extends EventMessage<?>> letter,
            UnaryOperator<DeadLetter<? extends EventMessage<?>>> letterUpdater) {
        queue.requeue(letter, letterUpdater);
    }

    @Override
    public boolean contains(Object sequence) {
        return queue.contains(sequence);
    }

    @Override
    public Iterable<DeadLetter<? extends EventMessage<?>>> deadLetterSequence(Object sequence) {
        return queue.deadLetterSequence(sequence);
    }

    @Override
    public Iterable<Iterable<DeadLetter<? extends EventMessage<?>>>> deadLetters() {
        return queue.deadLetters();
    }

    @Override
    public boolean isFull(Object sequence) {
        return queue.isFull(sequence);
    }

    @Override
    public long size() {
        return queue.size();
    }

    @Override
    public long sequenceSize(Object sequence) {
        return queue.sequenceSize(sequence);
    }

    @Override
    public long amountOfSequences() {
        return queue.amountOfSequences();
    }

    @Override
    public boolean process(
            Predicate<DeadLetter<? extends EventMessage<?>>> filter,
            Function<DeadLetter<? extends EventMessage<?>>, EnqueueDecision<EventMessage<?>>> task) {
        return queue.process(filter, task);
    }

    @Override
    public void clear() {
        queue.clear();
    }
}
