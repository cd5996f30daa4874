package io.waybill.orderview.audit;

import java.util.Arrays;
import org.bson.codecs.pojo.annotations.BsonId;

/**
 * The hashes of some events in a row, with the head that ends them.
 *
 * @param number of the chunk, from 0; it begins with the event at {@code number * EVENTS}
 * @param hashes those of its events, one behind the other; {@link #EVENTS} of them unless it is the last chunk
 */
@SuppressWarnings("ArrayRecordComponent") // nobody writes into them, nor compares whole records
public record Chunk(@BsonId long number, byte[] hashes, ChainHead head) {

    /** A document of at most 16 kB, of which the last is written again as it grows. */
    static final int EVENTS = 500;

    static long numberOf(long position) {
        return position / EVENTS;
    }

    /** Position of its first event. */
    long first() {
        return number * EVENTS;
    }

    int count() {
        return hashes.length / EventHash.BYTES;
    }

    boolean isFull() {
        return count() == EVENTS;
    }

    byte[] hash(int index) {
        return Arrays.copyOfRange(hashes, index * EventHash.BYTES, (index + 1) * EventHash.BYTES);
    }

    boolean isHash(int index, byte[] hash) {
        int from = index * EventHash.BYTES;
        return Arrays.equals(hashes, from, from + EventHash.BYTES, hash, 0, EventHash.BYTES);
    }

    /** Whether it ends where its head says. */
    boolean agreesWithItsHead() {
        return count() > 0
                && hashes.length % EventHash.BYTES == 0
                && head.position() == first() + count() - 1
                && head.chain().length == EventHash.BYTES;
    }
}
