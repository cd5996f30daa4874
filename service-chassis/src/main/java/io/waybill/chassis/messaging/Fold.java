package io.waybill.chassis.messaging;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * From a view before an event to the view after it. It is pure, so that whoever folds the same events, now or later,
 * comes to the same view.
 *
 * @param <E> the events of one aggregate
 * @param <V> the view, never changed in place
 */
@FunctionalInterface
public interface Fold<E, V> {

    /**
     * Folds one event.
     *
     * @param before the view before the event, or null if it is the first
     * @param sequence number of the event in its aggregate, from 0
     * @param at time of the event
     */
    V apply(@Nullable V before, E event, long sequence, Instant at);
}
