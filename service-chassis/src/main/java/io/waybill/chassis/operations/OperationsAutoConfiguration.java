package io.waybill.chassis.operations;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import io.waybill.chassis.messaging.CheckpointsAutoConfiguration;
import io.waybill.chassis.messaging.LaterRevision;
import io.waybill.chassis.messaging.StuckProcessors;
import io.waybill.chassis.mongo.Discards;
import io.waybill.chassis.mongo.MissedEvents;
import io.waybill.chassis.readmodels.ReadModels;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.extensions.mongo.eventhandling.deadletter.MongoSequencedDeadLetterQueue;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.deadletter.DeadLetter;
import org.axonframework.messaging.deadletter.Decisions;
import org.axonframework.messaging.deadletter.EnqueueDecision;
import org.axonframework.messaging.deadletter.SequencedDeadLetterQueue;
import org.axonframework.serialization.Serializer;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** What cannot be handled is parked, what does not get on is noticed, and operators can see and do something about it. */
@AutoConfiguration(before = AxonAutoConfiguration.class)
@Import({DeadLetterController.class, ProcessorController.class})
public class OperationsAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(OperationsAutoConfiguration.class);

    private final Clock clock = Clock.systemUTC();

    @Bean
    DeadLetters parkedEvents(MongoTemplate template, Discards discards, Serializer serializer) {
        return new DeadLetters(template, discards, serializer);
    }

    /** Projections park what they cannot handle; a store that is away or put back, or an old release, is no fault of the event. */
    @Bean
    ConfigurerModule deadLetters(
            ListableBeanFactory beans, MongoTemplate template, Serializer serializer, DeadLetters letters) {
        Set<String> projections = CheckpointsAutoConfiguration.projections(beans);
        return configurer -> configurer
                .eventProcessing()
                .registerDefaultDeadLetterPolicy(configuration -> OperationsAutoConfiguration::parkUnlessItHasToWait)
                .registerDeadLetterQueueProvider(group -> projections.contains(group)
                        ? configuration -> deadLetterQueue(group, template, serializer, letters)
                        : null);
    }

    @Bean
    Failures failures() {
        return new Failures(clock);
    }

    @Bean
    ConfigurerModule failureWatch(Failures failures) {
        return configurer -> configurer
                .eventProcessing()
                .registerDefaultHandlerInterceptor((configuration, processor) -> failures.watch(processor));
    }

    /**
     * @param behindLimit how long an event may wait for a projection until the instance is not ready: longer than it
     *     takes another instance to take over from one that died, shorter than anybody would believe an old screen
     */
    @Bean
    Processors processors(
            EventProcessingConfiguration processing,
            EventStore eventStore,
            MongoTemplate template,
            Serializer serializer,
            DeadLetters letters,
            Failures failures,
            ListableBeanFactory beans,
            ReadModels models,
            @Value("${waybill.operations.behind-limit:30s}") Duration behindLimit) {
        return new Processors(
                processing,
                eventStore,
                template,
                serializer,
                letters,
                failures,
                CheckpointsAutoConfiguration.projections(beans),
                models::isNeeded,
                behindLimit,
                clock);
    }

    @Bean
    StuckProcessors stuckProcessors(Processors processors) {
        return processors::isStuck;
    }

    @Bean
    HealthIndicator messagingHealthIndicator(
            AxonServerConnectionManager connections, Processors processors, ReadModels models) {
        return new MessagingHealthIndicator(
                () -> connections.getConnection().isReady(),
                () -> processors.all().stream()
                        .filter(processor -> models.isLive(processor.processor()))
                        .toList(),
                clock);
    }

    static CappedDeadLetterQueue deadLetterQueue(
            String group, MongoTemplate template, Serializer serializer, DeadLetters letters) {
        SequencedDeadLetterQueue<EventMessage<?>> queue = MongoSequencedDeadLetterQueue.<EventMessage<?>>builder()
                .processingGroup(group)
                .maxSequences(CappedDeadLetterQueue.MAX_SEQUENCES)
                .maxSequenceSize(CappedDeadLetterQueue.MAX_SEQUENCE_SIZE)
                .mongoTemplate(template)
                .serializer(serializer)
                .clearConverters()
                .addConverter(new UnreadLetters())
                .build();
        return new CappedDeadLetterQueue(group, queue, letters);
    }

    private static EnqueueDecision<EventMessage<?>> parkUnlessItHasToWait(
            DeadLetter<? extends EventMessage<?>> letter, Throwable cause) {
        if (cause instanceof MongoException mongo && isAway(mongo)) {
            throw mongo;
        }
        if (cause instanceof MissedEvents missed) {
            throw missed;
        }
        if (cause instanceof LaterRevision later) {
            throw later;
        }
        LOG.error("Parked {} of a projection", letter.message().getPayloadType().getSimpleName(), cause);
        return Decisions.requeue(cause, parked -> attemptedOnceMore(parked.diagnostics()));
    }

    private static MetaData attemptedOnceMore(MetaData diagnostics) {
        int attempts = diagnostics.get(DeadLetters.ATTEMPTS) instanceof Integer before ? before : 0;
        return diagnostics.and(DeadLetters.ATTEMPTS, attempts + 1);
    }

    /** As opposed to a store that is there and refuses what it is given. */
    private static boolean isAway(MongoException e) {
        return e instanceof MongoSocketException
                || e instanceof MongoTimeoutException
                || e instanceof MongoNotPrimaryException
                || e instanceof MongoInterruptedException;
    }
}
