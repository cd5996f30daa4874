package io.waybill.chassis.messaging;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.EventTrackerStatus;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has a batch of events that failed handled again soon. Axon gives the segment up and lets it lie for one second, then
 * two, and so on to a minute; and a processor that cannot reach a store waits likewise. So a peer or a store that was
 * away would hold them up long after it is back. What keeps failing costs an attempt every few seconds instead.
 */
final class FailedBatches {

    private static final Logger LOG = LoggerFactory.getLogger(FailedBatches.class);
    /** Long enough for a processor to have given the segment up. */
    private static final long SHORTEST_PAUSE_MILLIS = 500;
    /** No fault lasts longer than this on our account; the pauses differ, so that instances do not come in step. */
    private static final long LONGEST_PAUSE_MILLIS = 1500;

    private final EventProcessingConfiguration processing;
    private final ScheduledExecutorService executor;
    /** Segments that are waited for already: each failure on its own would wait for them once more. */
    private final Set<Segment> awaited = ConcurrentHashMap.newKeySet();

    private record Segment(String processor, int id) {}

    FailedBatches(EventProcessingConfiguration processing, ScheduledExecutorService executor) {
        this.processing = processing;
        this.executor = executor;
        soon(this::wakeWhoWaits);
    }

    /** Watches the batches of a processor. */
    MessageHandlerInterceptor<EventMessage<?>> of(String processor) {
        return new MessageHandlerInterceptor<>() {
            @Override
            public Object handle(UnitOfWork<? extends EventMessage<?>> batch, InterceptorChain chain) throws Exception {
                @Nullable Integer segment = Segments.of(batch, processor);
                if (segment != null) {
                    batch.getOrComputeResource(FailedBatches.class.getName(), key -> {
                        batch.onRollback(failed -> await(new Segment(processor, segment)));
                        return key;
                    });
                }
                return chain.proceed();
            }
        };
    }

    private void await(Segment segment) {
        if (awaited.add(segment)) {
            soon(() -> claim(segment));
        }
    }

    /** Until it is held again, here or by another instance. */
    private void claim(Segment segment) {
        Optional<PooledStreamingEventProcessor> processor = processor(segment.processor());
        if (processor.isEmpty() || isHeld(processor.get(), segment)) {
            awaited.remove(segment);
            return;
        }
        var unused = processor.get().claimSegment(segment.id()).whenComplete((free, failure) -> {
            if (failure != null || free) {
                soon(() -> claim(segment));
            } else {
                awaited.remove(segment);
            }
        });
    }

    private static boolean isHeld(PooledStreamingEventProcessor processor, Segment segment) {
        @Nullable EventTrackerStatus status = processor.processingStatus().get(segment.id());
        return status != null && !status.isErrorState();
    }

    /** Any instruction makes a processor go on that waits after a failure. */
    private void wakeWhoWaits() {
        for (String name : processing.eventProcessors().keySet()) {
            processor(name)
                    .filter(PooledStreamingEventProcessor::isError)
                    .map(waiting -> waiting.claimSegment(0))
                    .ifPresent(claim -> LOG.debug("Woke {}, which waited after a failure", name));
        }
        soon(this::wakeWhoWaits);
    }

    private Optional<PooledStreamingEventProcessor> processor(String name) {
        return processing
                .eventProcessor(name, PooledStreamingEventProcessor.class)
                .filter(PooledStreamingEventProcessor::isRunning);
    }

    private void soon(Runnable task) {
        long pauseMillis = ThreadLocalRandom.current().nextLong(SHORTEST_PAUSE_MILLIS, LONGEST_PAUSE_MILLIS);
        try {
            var unused = executor.schedule(task, pauseMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Stopping: whoever runs next claims what is free", e);
        }
    }
}
