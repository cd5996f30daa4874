package io.waybill.axonserver.log;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The few operations the log needs of a file. Small, so that a test can put in its place a disk that fails. */
interface LogFile extends Closeable {

    /** Reads into {@code target} from {@code offset}; returns fewer bytes than asked only at the end of the file. */
    int read(ByteBuffer target, long offset) throws IOException;

    /** Writes all of {@code source} at {@code offset}; when it throws, any part may have been written. */
    void write(ByteBuffer source, long offset) throws IOException;

    /** Returns once everything written is on stable storage. */
    void force() throws IOException;

    long sizeBytes() throws IOException;

    /** The whole content, to be read only; stays usable after the file is closed. */
    ByteBuffer map() throws IOException;

    void truncate(long sizeBytes) throws IOException;
}
