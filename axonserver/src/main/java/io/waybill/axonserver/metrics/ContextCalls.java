package io.waybill.axonserver.metrics;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is counted about the calls of one context. */
final class ContextCalls {

    private final Map<CallKind, Counted> byKind =
            Stream.of(CallKind.values()).collect(Collectors.toMap(Function.identity(), kind -> new Counted()));
    private final LongAdder eventsAppended = new LongAdder();
    private final LongAdder bytesAppended = new LongAdder();
    private final LongAdder eventsSent = new LongAdder();
    private final Set<MeasuredCall<?, ?>> trackers = ConcurrentHashMap.newKeySet();

    Counted of(CallKind kind) {
        return Objects.requireNonNull(byKind.get(kind));
    }

    LongAdder eventsAppended() {
        return eventsAppended;
    }

    LongAdder bytesAppended() {
        return bytesAppended;
    }

    LongAdder eventsSent() {
        return eventsSent;
    }

    Set<MeasuredCall<?, ?>> trackers() {
        return trackers;
    }

    List<TrackingReader> trackingReaders() {
        return trackers.stream().map(MeasuredCall::reader).toList();
    }

    /** The calls of one kind. */
    static final class Counted {

        private final LongAdder started = new LongAdder();
        private final LongAdder ended = new LongAdder();
        private final Map<String, LongAdder> outcomes = new ConcurrentHashMap<>();
        private final Histogram latency = new Histogram();

        void start() {
            started.increment();
        }

        void end(String outcome) {
            ended.increment();
            LongAdder count = outcomes.get(outcome);
            (count != null ? count : outcomes.computeIfAbsent(outcome, name -> new LongAdder())).increment();
        }

        Map<String, LongAdder> outcomes() {
            return outcomes;
        }

        Histogram latency() {
            return latency;
        }

        /** Read in this order, so that a call that ends meanwhile cannot make it negative. */
        long inProgress() {
            long over = ended.sum();
            return started.sum() - over;
        }
    }
}
