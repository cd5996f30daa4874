package io.waybill.axonserver;

import io.waybill.axonserver.log.EventLog;
import io.waybill.axonserver.log.EventSchedule;
import io.waybill.axonserver.log.LogSettings;
import io.waybill.axonserver.log.SnapshotLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Everything a context keeps on disk, opened and closed together. */
final class Stores implements Closeable {

    private final Deque<Closeable> opened = new ArrayDeque<>();
    private final EventLog events;
    private final SnapshotLog snapshots;
    private final EventSchedule schedule;

    Stores(Path directory, LogSettings settings) throws IOException {
        try {
            events = opened(EventLog.open(directory.resolve(EventLog.DIRECTORY), settings));
            snapshots = opened(SnapshotLog.open(directory.resolve(SnapshotLog.DIRECTORY), settings));
            schedule = opened(EventSchedule.open(directory.resolve(EventSchedule.DIRECTORY), settings, events));
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private <T extends Closeable> T opened(T store) {
        opened.push(store);
        return store;
    }

    EventLog events() {
        return events;
    }

    SnapshotLog snapshots() {
        return snapshots;
    }

    EventSchedule schedule() {
        return schedule;
    }

    /** Why something cannot be stored, now or until the next start; empty when all is well. */
    List<String> troubles() throws IOException {
        return Stream.of(
                        events.stoppedBecause(),
                        snapshots.stoppedBecause(),
                        schedule.stoppedBecause(),
                        events.shortOfSpace())
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    /** Writes what is waiting and closes in reverse order, so that whatever uses another store goes before it. */
    @Override
    public void close() throws IOException {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
