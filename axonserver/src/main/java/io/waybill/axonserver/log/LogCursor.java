package io.waybill.axonserver.log;

import java.io.IOException;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log forward from a position and goes on when the log has grown. It holds no resources and, at the end of the
 * log, no buffer, so it may be abandoned at any time. Not safe for use by several threads at once.
 */
public final class LogCursor {

    private final SegmentedLog log;
    private long position;
    private @Nullable Segment segment;
    private @Nullable RecordReader reader;
    private Iterator<LogEntry> entries = Collections.emptyIterator();

    LogCursor(SegmentedLog log, long position) {
        this.log = log;
        this.position = position;
    }

    /**
     * The next entry, or null when there is none yet.
     *
     * @throws DamagedLogException if the log is damaged here
     */
    public @Nullable LogEntry next() throws IOException {
        while (true) {
            while (entries.hasNext()) {
                LogEntry entry = entries.next();
                if (entry.position() >= position) {
                    position = entry.position() + 1;
                    return entry;
                }
            }
            LogRecord record = nextRecord();
            if (record == null) {
                entries = Collections.emptyIterator();
                return null;
            }
            entries = record.entries().iterator();
        }
    }

    private @Nullable LogRecord nextRecord() throws IOException {
        if (position >= log.nextPosition()) {
            if (reader != null) {
                reader.release();
            }
            return null;
        }
        if (segment == null || reader == null) {
            segment = log.segmentOf(position);
            reader = new RecordReader(segment, segment.offsetBefore(position));
        }
        LogRecord record = reader.next(segment.endOffset());
        while (record == null) {
            Segment next = log.segmentAfter(segment);
            if (next == null) {
                return null;
            }
            if (reader.offset() == segment.endOffset()) {
                segment = next;
                reader = new RecordReader(segment, Segment.HEADER_BYTES);
            }
            record = reader.next(segment.endOffset());
        }
        return record;
    }
}
