package io.waybill.simulation;

import java.util.List;
import java.util.SplittableRandom;

/** Decides wherever one thing could happen or another. The same choices make the same history. */
@FunctionalInterface
interface Choices {

    /** One of 0, 1, ... {@code bound - 1}. */
    int below(int bound);

    /** Choices that a seed makes, all with the same chance. */
    static Choices seeded(long seed) {
        return new SplittableRandom(seed)::nextInt;
    }

    /** Whether something happens that happens once in so many times. */
    default boolean onceIn(int times) {
        return below(times) == 0;
    }

    default int between(int least, int most) {
        return least + below(most - least + 1);
    }

    default <T> T oneOf(List<T> list) {
        return list.get(below(list.size()));
    }

    /** Takes one out of a list. */
    default <T> T draw(List<T> list) {
        return list.remove(below(list.size()));
    }
}
