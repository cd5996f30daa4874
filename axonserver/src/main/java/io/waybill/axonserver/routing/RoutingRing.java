package io.waybill.axonserver.routing;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing: each member owns points on a ring, and a key belongs to the next point. A member that comes or
 * goes moves only the keys next to its own points. Immutable.
 *
 * @param <M> the type of member
 */
final class RoutingRing<M> {

    /** What a client that states no load factor gets. */
    static final int DEFAULT_POINTS = 100;

    /** Bounds the memory that one registration can ask for. */
    private static final int MAX_POINTS = 1_000;

    private final Map<M, Share> members;
    private final NavigableMap<Long, M> points = new TreeMap<>();

    RoutingRing() {
        this(new LinkedHashMap<>());
    }

    private RoutingRing(Map<M, Share> members) {
        this.members = members;
        members.forEach((member, share) -> {
            for (int i = 0; i < share.points; i++) {
                points.put(hash(share.name + "#" + i), member);
            }
        });
    }

    /**
     * This ring with {@code member} on it.
     *
     * @param name decides where the member's points are, so that a client that reconnects gets the same keys again
     * @param loadFactor the member's share relative to the others; 0 means the default
     */
    RoutingRing<M> with(M member, String name, int loadFactor) {
        Map<M, Share> changed = new LinkedHashMap<>(members);
        int wanted = loadFactor <= 0 ? DEFAULT_POINTS : loadFactor;
        changed.put(member, new Share(name, Math.min(wanted, MAX_POINTS)));
        return new RoutingRing<>(changed);
    }

    RoutingRing<M> without(M member) {
        Map<M, Share> changed = new LinkedHashMap<>(members);
        changed.remove(member);
        return new RoutingRing<>(changed);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** The member that {@code key} belongs to, or null when the ring is empty. */
    @Nullable
    M memberFor(String key) {
        if (points.isEmpty()) {
            return null;
        }
        Map.Entry<Long, M> next = points.ceilingEntry(hash(key));
        return next != null ? next.getValue() : points.firstEntry().getValue();
    }

    /** FNV-1a, then the finalizer of SplitMix64, because FNV alone leaves similar names close together. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        return hash ^ (hash >>> 31);
    }

    private record Share(String name, int points) {}
}
