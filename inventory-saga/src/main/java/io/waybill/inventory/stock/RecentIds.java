package io.waybill.inventory.stock;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import io.waybill.messages.DerivedId;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The latest IDs, each with a mark, so that a command that comes again is known. Twelve bytes each, because they are the
 * greater part of a snapshot.
 */
final class RecentIds {

    /**
     * A repeated command is seconds late, or minutes after a crash. Should a SKU see more in that time, the command is
     * taken for new.
     */
    private static final int REMEMBERED = 10_000;

    private static final int BYTES_PER_ID = Long.BYTES + Integer.BYTES;

    private final Map<Long, Integer> marks = new LinkedHashMap<>();

    RecentIds() {}

    @JsonCreator
    RecentIds(byte[] stored) {
        for (var bytes = ByteBuffer.wrap(stored); bytes.hasRemaining(); ) {
            marks.put(bytes.getLong(), bytes.getInt());
        }
    }

    @JsonValue
    byte[] toBytes() {
        var bytes = ByteBuffer.allocate(marks.size() * BYTES_PER_ID);
        marks.forEach((key, mark) -> bytes.putLong(key).putInt(mark));
        return bytes.array();
    }

    /**
     * 62 bits of a hash: that a new ID is taken for one of those remembered happens once in 10<sup>14</sup> commands.
     *
     * @param parts tell the ID from all others of the same SKU
     */
    static long key(String... parts) {
        return UUID.fromString(DerivedId.derive(parts)).getLeastSignificantBits();
    }

    /** Remembers an ID as the latest, in place of what its mark was. */
    void add(long key, int mark) {
        marks.remove(key);
        marks.put(key, mark);
        if (marks.size() > REMEMBERED) {
            marks.remove(marks.keySet().iterator().next());
        }
    }

    /** The ID's mark; null if it is not remembered. */
    @Nullable
    Integer find(long key) {
        return marks.get(key);
    }
}
