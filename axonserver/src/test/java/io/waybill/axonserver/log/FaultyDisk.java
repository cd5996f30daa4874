package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The real disk, until it is told to be slow, full or broken. The durable mark is spared: it is not data. */
final class FaultyDisk implements LogFiles {

    private final AtomicInteger forces = new AtomicInteger();
    private volatile CountDownLatch release = new CountDownLatch(0);
    private volatile CountDownLatch held = new CountDownLatch(1);
    private volatile boolean forcesFail;
    private volatile boolean movesFail;
    private volatile long usableBytes = Long.MAX_VALUE;
    private volatile long spaceBytes = Long.MAX_VALUE;

    /** From now on an fsync does not return. */
    void holdForces() {
        held = new CountDownLatch(1);
        release = new CountDownLatch(1);
    }

    void awaitHeldForce() throws InterruptedException {
        if (!held.await(5, TimeUnit.SECONDS)) {
            throw new AssertionError("No fsync came");
        }
    }

    void releaseForces() {
        release.countDown();
    }

    void failForces() {
        forcesFail = true;
    }

    void healForces() {
        forcesFail = false;
    }

    void failMoves() {
        movesFail = true;
    }

    void healMoves() {
        movesFail = false;
    }

    void leaveUsable(long bytes) {
        usableBytes = bytes;
    }

    void fillAfter(long bytes) {
        spaceBytes = bytes;
    }

    void makeSpace() {
        spaceBytes = Long.MAX_VALUE;
    }

    int forces() {
        return forces.get();
    }

    @Override
    public LogFile open(Path path) throws IOException {
        LogFile file = ON_DISK.open(path);
        return path.toString().endsWith(".log") ? new FaultyFile(file) : file;
    }

    @Override
    public LogFile openForReading(Path path) throws IOException {
        return ON_DISK.openForReading(path);
    }

    @Override
    public boolean exists(Path path) {
        return ON_DISK.exists(path);
    }

    @Override
    public List<Path> list(Path directory, String ending) throws IOException {
        return ON_DISK.list(directory, ending);
    }

    @Override
    public void move(Path source, Path target) throws IOException {
        if (movesFail) {
            throw new IOException("Permission denied");
        }
        ON_DISK.move(source, target);
    }

    @Override
    public void delete(Path path) throws IOException {
        ON_DISK.delete(path);
    }

    @Override
    public long usableBytes(Path directory) {
        return usableBytes;
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        ON_DISK.forceDirectory(directory);
    }

    private final class FaultyFile implements LogFile {

        private final LogFile file;

        FaultyFile(LogFile file) {
            this.file = file;
        }

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            return file.read(target, offset);
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            if (source.remaining() > spaceBytes) {
                // A full disk takes what fits before it complains.
                file.write(source.slice(source.position(), (int) spaceBytes), offset);
                throw new IOException("No space left on device");
            }
            file.write(source, offset);
        }

        @Override
        public void force() throws IOException {
            forces.incrementAndGet();
            held.countDown();
            try {
                release.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            if (forcesFail) {
                throw new IOException("Input/output error");
            }
            file.force();
        }

        @Override
        public long sizeBytes() throws IOException {
            return file.sizeBytes();
        }

        @Override
        public ByteBuffer map() throws IOException {
            return file.map();
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
