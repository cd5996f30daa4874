package io.waybill.axonserver.log;

import io.waybill.axonserver.log.AppendRefusedException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes a log. It takes whatever queued up while the last fsync ran, writes it in one go and
 * forces it once: the more there is to do, the less each append costs.
 */
final class LogWriter {

    private static final Logger log = LoggerFactory.getLogger(LogWriter.class);

    /** Enough for any number of clients that wait for their acknowledgement; beyond it somebody is flooding. */
    private static final int MAX_WAITING_APPENDS = 10_000;

    /** What may wait in memory at once; a fifth of the smallest heap the node is meant for. */
    private static final long MAX_WAITING_BYTES = 32 << 20;

    /** A batch stops growing here, so that the first append in it is not kept waiting for the last. */
    private static final int BATCH_BYTES = 1 << 20;

    /** With relaxed durability, how long and how much may wait for being forced. */
    private static final long RELAXED_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long RELAXED_BYTES = 16 << 20;

    /** The most that can be written but not yet forced: what may wait, and a single record on top of it. */
    static final long MAX_UNCONFIRMED_BYTES = RELAXED_BYTES + BATCH_BYTES + (long) LogRecord.MAX_RECORD_BYTES;

    /** A segment of very small entries ends here, because its index is in memory while it grows. */
    private static final int MAX_SEGMENT_ENTRIES = 1 << 17;

    /** How long an answer about the disk's space holds; asking costs more than a small write. */
    private static final long USABLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final Append LAST = new Append(List.of());

    private final SegmentedLog target;
    private final LogSettings settings;
    private final LogIndex index;
    private final BlockingQueue<Append> waiting = new LinkedBlockingQueue<>();
    private final AtomicLong waitingBytes = new AtomicLong();
    private final Thread thread = new Thread(this::run);
    private volatile @Nullable String stoppedBecause;
    private volatile boolean closing;

    // Only the writing thread uses these.
    private final List<Append> batch = new ArrayList<>();
    private ByteBuffer buffer = ByteBuffer.allocateDirect(BATCH_BYTES);
    private final ZeroedSpace zeroedSpace;
    private long batchPosition;
    private long unforcedBytes;
    private long unforcedSinceNanos;
    private long usableAskedNanos;
    private @Nullable String shortOfSpace;

    LogWriter(SegmentedLog target, LogSettings settings, LogIndex index) {
        this.target = target;
        this.settings = settings;
        this.index = index;
        this.zeroedSpace = new ZeroedSpace(settings.segmentBytes());
        this.usableAskedNanos = System.nanoTime() - USABLE_NANOS;
    }

    void start(String name) {
        thread.setName("log-writer-" + name);
        thread.start();
    }

    @Nullable
    String stoppedBecause() {
        return stoppedBecause;
    }

    CompletableFuture<Long> append(List<byte[]> entries) {
        Append append = new Append(entries);
        if (append.entries.isEmpty() || append.sizeBytes > LogRecord.MAX_RECORD_BYTES) {
            append.refuse(
                    Reason.INVALID,
                    "A transaction holds at least one entry and at most %d bytes, not %d"
                            .formatted(LogRecord.MAX_RECORD_BYTES, append.sizeBytes));
            return append.result;
        }
        synchronized (waiting) {
            // Checked under the lock that close() takes, so that nothing is queued behind the last entry.
            String stopped = stoppedBecause;
            if (stopped != null || closing) {
                append.refuse(Reason.STOPPED, stopped != null ? stopped : "The log is closed");
            } else if (waiting.size() >= MAX_WAITING_APPENDS || waitingBytes.get() > MAX_WAITING_BYTES) {
                append.refuse(Reason.BUSY, "Too many appends are waiting to be written");
            } else {
                waitingBytes.addAndGet(append.sizeBytes);
                waiting.add(append);
            }
        }
        return append.result;
    }

    private void run() {
        try {
            Append next = take();
            while (next != LAST) {
                next = writeBatch(next);
            }
            forceUnforced();
            zeroedSpace.trim(target.last());
        } catch (Throwable e) {
            // An append that is neither stored nor refused would leave its client waiting for ever.
            stop("The log stopped because of an unexpected fault: " + e, e);
            refuseBatch(Reason.STOPPED, "The log stopped");
        }
        refuseWaiting();
    }

    /** Writes {@code first} and what else is waiting and fits; returns the append to go on with. */
    private Append writeBatch(Append first) throws InterruptedException {
        Append next = first;
        batchPosition = target.nextPosition();
        while (next != null && next != LAST && fits(next)) {
            waitingBytes.addAndGet(-next.sizeBytes);
            add(next);
            next = waiting.poll();
        }
        commit();
        index.batchEnded();
        batch.clear();
        emptyBuffer();
        return next != null ? next : take();
    }

    /** The next append; while there is none, what waits for being forced is. */
    private Append take() throws InterruptedException {
        while (unforcedBytes > 0) {
            long left = unforcedSinceNanos + RELAXED_NANOS - System.nanoTime();
            Append next = left > 0 ? waiting.poll(left, TimeUnit.NANOSECONDS) : null;
            if (next != null) {
                return next;
            }
            forceUnforced();
        }
        return waiting.take();
    }

    private boolean fits(Append append) {
        if (batch.isEmpty()) {
            return true;
        }
        long size = buffer.position() + append.sizeBytes;
        return size <= BATCH_BYTES && target.last().endOffset() + size <= settings.segmentBytes();
    }

    private void add(Append append) {
        try {
            refuseIfStopped();
            if (batch.isEmpty()) {
                checkSpace();
                makeRoomFor(append);
            }
            index.admit(append.entries);
            append.position = batchPosition;
            batchPosition += append.entries.size();
            batch.add(append);
            LogRecord.write(buffer, append.position, append.entries);
        } catch (AppendRefusedException e) {
            append.result.completeExceptionally(e);
        } catch (IOException e) {
            append.refuse(Reason.NOT_WRITTEN, "The event store could not write: " + e.getMessage(), e);
        }
    }

    private void checkSpace() throws IOException, AppendRefusedException {
        long now = System.nanoTime();
        if (now - usableAskedNanos >= USABLE_NANOS) {
            usableAskedNanos = now;
            shortOfSpace = target.shortOfSpace();
        }
        if (shortOfSpace != null) {
            throw new AppendRefusedException(Reason.NOT_WRITTEN, shortOfSpace);
        }
    }

    private void refuseIfStopped() throws AppendRefusedException {
        String stopped = stoppedBecause;
        if (stopped != null) {
            throw new AppendRefusedException(Reason.STOPPED, stopped);
        }
    }

    private void makeRoomFor(Append append) throws IOException, AppendRefusedException {
        Segment last = target.last();
        boolean full = last.endOffset() + append.sizeBytes > settings.segmentBytes()
                || last.nextPosition() - last.basePosition() >= MAX_SEGMENT_ENTRIES;
        if (full && !last.isEmpty()) {
            // Nothing is forced in a segment that is not the last any more.
            forceUnforced();
            refuseIfStopped();
            zeroedSpace.trim(last);
            target.roll();
        }
        if (append.sizeBytes > buffer.capacity()) {
            buffer = ByteBuffer.allocateDirect((int) append.sizeBytes);
        }
    }

    private void emptyBuffer() {
        buffer.clear();
        if (buffer.capacity() > BATCH_BYTES) {
            buffer = ByteBuffer.allocateDirect(BATCH_BYTES);
        }
    }

    private void commit() {
        if (batch.isEmpty()) {
            return;
        }
        Segment segment = target.last();
        long start = segment.endOffset();
        zeroedSpace.reserve(segment, start + buffer.position());
        try {
            segment.file().write(buffer.flip(), start);
        } catch (IOException e) {
            refuseUnwritten(segment, e);
            return;
        }
        if (settings.durability() == Durability.RELAXED_1S) {
            if (unforcedBytes == 0) {
                unforcedSinceNanos = System.nanoTime();
            }
            unforcedBytes += buffer.limit();
            publish(segment);
            acknowledge();
            if (unforcedBytes >= RELAXED_BYTES || System.nanoTime() - unforcedSinceNanos >= RELAXED_NANOS) {
                forceUnforced();
            }
        } else if (force(segment)) {
            publish(segment);
            // Before the acknowledgement: a backup that is begun after it relies on the mark.
            target.noteDurable();
            acknowledge();
        } else {
            truncate(segment);
            refuseBatch(Reason.STOPPED, "The disk did not confirm the write");
        }
    }

    private void forceUnforced() {
        if (unforcedBytes > 0 && stoppedBecause == null && force(target.last())) {
            target.noteDurable();
        }
        unforcedBytes = 0;
    }

    private boolean force(Segment segment) {
        try {
            segment.file().force();
            return true;
        } catch (IOException e) {
            // The kernel may have dropped the data and forgotten the error: trying again would prove nothing.
            stop(
                    "The disk did not confirm a write (%s), so nothing more is accepted. Check the disk, then restart."
                            .formatted(e.getMessage()),
                    e);
            return false;
        }
    }

    private void publish(Segment segment) {
        long position = batch.getFirst().position;
        for (Append append : batch) {
            long offset = segment.endOffset();
            position += append.entries.size();
            segment.extend(position, append.sizeBytes);
            index.add(segment, offset, append.asLogEntries());
        }
        target.publish(position);
    }

    private void acknowledge() {
        for (Append append : batch) {
            append.result.complete(append.position);
        }
        target.notifyListeners();
    }

    /** A write that failed leaves no trace: what it wrote is removed, and the next append may find space again. */
    private void refuseUnwritten(Segment segment, IOException cause) {
        if (!truncate(segment)) {
            stop(
                    "A failed write could not be undone, so nothing more is accepted. Check the disk, then restart.",
                    cause);
        }
        log.error("{} could not be written: {}", segment.path(), cause.getMessage());
        refuseBatch(Reason.NOT_WRITTEN, "The event store could not write: " + cause.getMessage());
    }

    private boolean truncate(Segment segment) {
        try {
            zeroedSpace.trim(segment);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void stop(String reason, Throwable cause) {
        stoppedBecause = reason;
        log.error("{}", reason, cause);
    }

    private void refuseBatch(Reason reason, String message) {
        for (Append append : batch) {
            append.refuse(reason, message);
        }
    }

    private void refuseWaiting() {
        // Under the lock of append(), so that whatever was still let in is found here.
        synchronized (waiting) {
            waiting.forEach(append -> append.refuse(Reason.STOPPED, "The log is closed"));
            waiting.clear();
        }
    }

    /** Writes what is waiting and ends the thread. */
    void close() {
        synchronized (waiting) {
            closing = true;
            waiting.add(LAST);
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One transaction on its way into the log. */
    private static final class Append {

        private final List<byte[]> entries;
        private final long sizeBytes;
        private final CompletableFuture<Long> result = new CompletableFuture<>();
        private long position;

        Append(List<byte[]> entries) {
            this.entries = entries;
            this.sizeBytes = LogRecord.sizeBytes(entries);
        }

        List<LogEntry> asLogEntries() {
            List<LogEntry> logEntries = new ArrayList<>(entries.size());
            for (byte[] entry : entries) {
                logEntries.add(new LogEntry(position + logEntries.size(), entry, 0, entry.length));
            }
            return logEntries;
        }

        void refuse(Reason reason, String message) {
            result.completeExceptionally(new AppendRefusedException(reason, message));
        }

        void refuse(Reason reason, String message, Throwable cause) {
            result.completeExceptionally(new AppendRefusedException(reason, message, cause));
        }
    }
}
