package io.waybill.axonserver.log;

/**
 * How a log is kept.
 *
 * @param files where its files are
 * @param segmentBytes a new segment is begun when the next record would make the last one larger than this
 * @param durability when an append is acknowledged
 * @param trimmed whether the log may begin behind position 0, because its owner drops segments that are not needed
 */
public record LogSettings(LogFiles files, long segmentBytes, Durability durability, boolean trimmed) {

    LogSettings(LogFiles files, long segmentBytes, Durability durability) {
        this(files, segmentBytes, durability, false);
    }

    /** Files of the operating system. */
    public static LogSettings onDisk(long segmentBytes, Durability durability) {
        return new LogSettings(LogFiles.ON_DISK, segmentBytes, durability);
    }

    /**
     * These settings for a log whose segments are dropped once they are not needed. It is always synchronous: what takes
     * the place of a dropped segment has to be on stable storage first.
     */
    LogSettings trimmedIn(long smallerSegmentBytes) {
        return new LogSettings(files, Math.min(segmentBytes, smallerSegmentBytes), Durability.SYNC, true);
    }
}
