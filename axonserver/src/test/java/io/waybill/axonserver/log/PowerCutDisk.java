package io.waybill.axonserver.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A disk in memory. When its power is cut, of everything that was not forced any sectors, lengths and names may have
 * reached it and the others not.
 */
final class PowerCutDisk implements LogFiles {

    private static final int SECTOR_BYTES = 512;

    private Map<Path, MemoryFile> names = new TreeMap<>();
    private Map<Path, MemoryFile> durableNames = new TreeMap<>();
    private boolean poweredOff;

    /** From now on nothing is read, written or forced. */
    synchronized void cutPower() {
        poweredOff = true;
    }

    /** Leaves what the disk happens to hold. */
    synchronized void restorePower(Random random) {
        Map<Path, MemoryFile> survivors = new TreeMap<>();
        TreeSet<Path> everyName = new TreeSet<>(names.keySet());
        everyName.addAll(durableNames.keySet());
        for (Path name : everyName) {
            MemoryFile file = (random.nextBoolean() ? names : durableNames).get(name);
            if (file != null) {
                survivors.put(name, file);
            }
        }
        survivors.values().forEach(file -> file.tear(random));
        names = survivors;
        durableNames = new TreeMap<>(survivors);
        poweredOff = false;
    }

    @Override
    public synchronized LogFile open(Path path) throws IOException {
        requirePower();
        return names.computeIfAbsent(path, name -> new MemoryFile());
    }

    @Override
    public LogFile openForReading(Path path) throws IOException {
        return open(path);
    }

    @Override
    public synchronized boolean exists(Path path) {
        return names.containsKey(path);
    }

    @Override
    public synchronized List<Path> list(Path directory, String ending) {
        return names.keySet().stream()
                .filter(path ->
                        directory.equals(path.getParent()) && path.toString().endsWith(ending))
                .toList();
    }

    @Override
    public synchronized void move(Path source, Path target) throws IOException {
        requirePower();
        MemoryFile file = names.remove(source);
        if (file == null) {
            throw new NoSuchFileException(source.toString());
        }
        names.put(target, file);
    }

    @Override
    public synchronized void delete(Path path) throws IOException {
        requirePower();
        names.remove(path);
    }

    @Override
    public long usableBytes(Path directory) {
        return Long.MAX_VALUE;
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        requirePower();
        durableNames = new TreeMap<>(names);
    }

    private void requirePower() throws IOException {
        if (poweredOff) {
            throw new IOException("The power is off");
        }
    }

    private final class MemoryFile implements LogFile {

        private byte[] content = {};
        private byte[] durable = {};
        private final BitSet unforcedSectors = new BitSet();

        @Override
        public int read(ByteBuffer target, long offset) throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                int bytes = (int) Math.max(0, Math.min(target.remaining(), content.length - offset));
                target.put(content, bytes == 0 ? 0 : (int) offset, bytes);
                return bytes;
            }
        }

        @Override
        public void write(ByteBuffer source, long offset) throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                int start = (int) offset;
                int end = start + source.remaining();
                content = Arrays.copyOf(content, Math.max(content.length, end));
                source.get(content, start, end - start);
                unforcedSectors.set(start / SECTOR_BYTES, (end - 1) / SECTOR_BYTES + 1);
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                durable = content.clone();
                unforcedSectors.clear();
            }
        }

        @Override
        public long sizeBytes() throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                return content.length;
            }
        }

        @Override
        public ByteBuffer map() throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                return ByteBuffer.wrap(content.clone()).asReadOnlyBuffer();
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            synchronized (PowerCutDisk.this) {
                requirePower();
                content = Arrays.copyOf(content, (int) Math.min(content.length, sizeBytes));
            }
        }

        @Override
        public void close() {}

        private void tear(Random random) {
            int shorter = Math.min(content.length, durable.length);
            int longer = Math.max(content.length, durable.length);
            byte[] left = Arrays.copyOf(durable, shorter + random.nextInt(longer - shorter + 1));
            for (int sector = 0; sector * SECTOR_BYTES < left.length; sector++) {
                int start = sector * SECTOR_BYTES;
                int end = Math.min(Math.min(left.length, content.length), start + SECTOR_BYTES);
                if (unforcedSectors.get(sector) && start < end && random.nextBoolean()) {
                    System.arraycopy(content, start, left, start, end - start);
                }
            }
            content = left;
            durable = left.clone();
            unforcedSectors.clear();
        }
    }
}
