package io.waybill.chassis.messaging;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who asks, and under which name the request is followed, for as long as a client's request is being handled,
 * or a worker does what a client would ask for.
 *
 * @param correlationId one per client request
 * @param actor who asks
 * @param traceparent W3C trace context, version 00
 */
public record RequestContext(String correlationId, String actor, String traceparent) {

    private static final ThreadLocal<@Nullable RequestContext> CURRENT = new ThreadLocal<>();

    /** The request that the current thread works for, or null if it works for none. */
    public static @Nullable RequestContext current() {
        return CURRENT.get();
    }

    /** Says which request the current thread works for from now on. */
    public void enter() {
        CURRENT.set(this);
    }

    /** The current thread works for no request any more. */
    public static void leave() {
        CURRENT.remove();
    }

    Map<String, String> asMetaData() {
        return Map.of(
                Correlation.CORRELATION_ID, correlationId,
                Correlation.ACTOR, actor,
                Correlation.TRACEPARENT, traceparent);
    }
}
