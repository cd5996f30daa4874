package io.waybill.chassis.messaging;

import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.axonframework.common.stream.BlockingStream;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;
import org.axonframework.eventsourcing.eventstore.inmemory.InMemoryEventStorageEngine;
import org.axonframework.messaging.StreamableMessageSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FailedBatchesTest {

    /** After so many, Axon alone would have waited for half a second, one, two, four and eight. */
    private static final int FAILURES = 5;

    private static final Duration SOON = Duration.ofSeconds(11);

    private final ScheduledExecutorService thread = Executors.newScheduledThreadPool(2);
    private final EmbeddedEventStore eventStore = EmbeddedEventStore.builder()
            .storageEngine(new InMemoryEventStorageEngine())
            .build();
    private final Counter counter = new Counter();
    private final AwayForAWhile source = new AwayForAWhile();
    private final PooledStreamingEventProcessor processor = PooledStreamingEventProcessor.builder()
            .name("process")
            .eventHandlerInvoker(
                    SimpleEventHandlerInvoker.builder().eventHandlers(counter).build())
            .messageSource(source)
            .tokenStore(new InMemoryTokenStore())
            .transactionManager(NoTransactionManager.instance())
            .coordinatorExecutor(thread)
            .workerExecutor(thread)
            .initialSegmentCount(1)
            .build();

    @AfterEach
    void stop() {
        processor.shutDown();
        thread.shutdownNow();
        eventStore.shutDown();
    }

    @Test
    void aProcessorThatCouldNotReadGoesOnSoonHoweverOftenItCouldNot() {
        EventProcessingConfiguration processing = mock();
        when(processing.eventProcessors()).thenReturn(Map.of("process", processor));
        when(processing.eventProcessor("process", PooledStreamingEventProcessor.class))
                .thenReturn(Optional.of(processor));
        eventStore.publish(GenericEventMessage.asEventMessage("event"));
        var unused = new FailedBatches(processing, thread);

        processor.start();

        await().atMost(SOON).until(() -> counter.handled.get() == 1);
    }

    static final class Counter {

        private final AtomicInteger handled = new AtomicInteger();

        @EventHandler
        void on(String event) {
            handled.incrementAndGet();
        }
    }

    private final class AwayForAWhile implements StreamableMessageSource<TrackedEventMessage<?>> {

        private final AtomicInteger failuresLeft = new AtomicInteger(FAILURES);

        @Override
        public BlockingStream<TrackedEventMessage<?>> openStream(@Nullable TrackingToken token) {
            if (failuresLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("The event store is away.");
            }
            return eventStore.openStream(token);
        }

        @Override
        public @Nullable TrackingToken createTailToken() {
            return eventStore.createTailToken();
        }

        @Override
        public @Nullable TrackingToken createHeadToken() {
            return eventStore.createHeadToken();
        }
    }
}
