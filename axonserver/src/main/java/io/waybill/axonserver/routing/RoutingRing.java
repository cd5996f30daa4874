package io.waybill.axonserver.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Consistent hashing: each member owns points on a ring, and a key belongs to the next point. A member that comes or
 * goes moves only the keys next to its own points. Immutable.
 *
 * @param <M> the type of member
 */
final class RoutingRing<M> {

    /** What a client that states no load factor gets. As in the original. */
    static final int DEFAULT_POINTS = 100;

    /** Bounds the memory that one registration can ask for. */
    private static final int MAX_POINTS = 1_000;

    private final SequencedMap<M, Share> members;

    // In the order of the hashes, which are apart so that they can be searched. Empty while there is no choice.
    private final long[] hashes;
    private final List<M> owners;

    RoutingRing() {
        this(new LinkedHashMap<>());
    }

    private RoutingRing(SequencedMap<M, Share> members) {
        this.members = members;
        List<Point<M>> points = new ArrayList<>();
        if (members.size() > 1) {
            // The newest first: of two streams of one client, which have the same points, the old one is a dead one.
            members.reversed().forEach((member, share) -> {
                for (int i = 0; i < share.points; i++) {
                    points.add(new Point<>(hash(share.name + "#" + i), member));
                }
            });
        }
        points.sort(Comparator.comparingLong(Point::hash));
        hashes = points.stream().mapToLong(Point::hash).toArray();
        owners = points.stream().map(Point::owner).toList();
    }

    /**
     * This ring with {@code member} on it.
     *
     * @param name decides where the member's points are, so that a client that reconnects gets the same keys again
     * @param loadFactor the member's share relative to the others; 0 means the default
     */
    RoutingRing<M> with(M member, String name, int loadFactor) {
        SequencedMap<M, Share> changed = new LinkedHashMap<>(members);
        int wanted = loadFactor <= 0 ? DEFAULT_POINTS : loadFactor;
        changed.put(member, new Share(name, Math.min(wanted, MAX_POINTS)));
        return new RoutingRing<>(changed);
    }

    RoutingRing<M> without(M member) {
        if (!members.containsKey(member)) {
            return this;
        }
        SequencedMap<M, Share> changed = new LinkedHashMap<>(members);
        changed.remove(member);
        return new RoutingRing<>(changed);
    }

    boolean isEmpty() {
        return members.isEmpty();
    }

    /** The member that {@code key} belongs to, or null when the ring is empty. */
    @Nullable
    M memberFor(String key) {
        if (members.size() < 2) {
            return members.isEmpty() ? null : members.keySet().iterator().next();
        }
        long hash = hash(key);
        int low = 0;
        int high = hashes.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (hashes[middle] < hash) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return owners.get(low < hashes.length ? low : 0);
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

    private record Point<M>(long hash, M owner) {}
}
