package io.waybill.chassis.messaging;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a saga has put aside: an event that its handler fails on, and all that came for the saga since. It is part of the
 * saga, so that both are stored as one.
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
public final class Parked {

    /** In the event store. Not final, because Jackson leaves a final field as it is. */
    private SortedSet<Long> positions = new TreeSet<>();

    private @Nullable String type;
    private @Nullable String error;

    /** Whether nothing is put aside. */
    public boolean isEmpty() {
        return positions.isEmpty();
    }

    /** Position in the event store of the event that the handler fails on. */
    public long position() {
        return positions.first();
    }

    /** Name of the type of the event that the handler fails on. */
    public String type() {
        return Objects.requireNonNull(type);
    }

    /** What the handler threw the last time. */
    public String error() {
        return Objects.requireNonNull(error);
    }

    /** How many events wait behind the one that the handler fails on. */
    public int waiting() {
        return positions.size() - 1;
    }

    void add(long position, String eventType, String thrown) {
        if (isEmpty()) {
            type = eventType;
            error = thrown;
        }
        positions.add(position);
    }

    /** One from before all that waits was handled before it, and has come once more. */
    void addBehind(long position) {
        if (position > positions.first()) {
            positions.add(position);
        }
    }

    /** All positions in their order; nothing is put aside afterwards. */
    List<Long> take() {
        List<Long> taken = List.copyOf(positions);
        positions.clear();
        type = null;
        error = null;
        return taken;
    }
}
