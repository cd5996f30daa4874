package io.waybill.chassis.mongo;

import com.mongodb.MongoException;
import com.mongodb.MongoInterruptedException;
import com.mongodb.MongoNotPrimaryException;
import com.mongodb.MongoSocketException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Projection;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.extensions.mongo.eventhandling.deadletter.MongoSequencedDeadLetterQueue;
import org.axonframework.extensions.mongo.eventsourcing.tokenstore.MongoTokenStore;
import org.axonframework.messaging.deadletter.DeadLetter;
import org.axonframework.messaging.deadletter.Decisions;
import org.axonframework.messaging.deadletter.EnqueueDecision;
import org.axonframework.messaging.deadletter.SequencedDeadLetterQueue;
import org.axonframework.serialization.Serializer;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Where Axon keeps tokens, sagas and dead letters: in the service's own database. */
@AutoConfiguration(after = MongoAutoConfiguration.class, before = AxonAutoConfiguration.class)
public class AxonStoresAutoConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(AxonStoresAutoConfiguration.class);

    @Bean
    MongoTemplate axonMongoTemplate(MongoDatabase database) {
        return DefaultMongoTemplate.builder()
                .mongoDatabase(database)
                .trackingTokensCollectionName("tokens")
                .deadLetterCollectionName("deadLetters")
                .build();
    }

    @Bean
    TokenStore tokenStore(MongoTemplate template, Serializer serializer, Databases databases) {
        // An embedded store has one user at a time, so after a crash the next one need not wait for the claims of the
        // one before to run out.
        String node = databases.areEmbedded()
                ? "the only user of this store"
                : ManagementFactory.getRuntimeMXBean().getName();
        return new LastWriteTokenStore(MongoTokenStore.builder()
                .mongoTemplate(template)
                .serializer(serializer)
                .nodeId(node)
                .build());
    }

    @Bean
    SagaDocuments sagaStore(MongoDatabase database, Serializer serializer) {
        return new SagaDocuments(database, serializer);
    }

    /** Projections park what they cannot handle; a store that is away is no fault of the event, so that is retried. */
    @Bean
    ConfigurerModule deadLetters(ListableBeanFactory beans, MongoTemplate template, Serializer serializer) {
        Set<String> projections = Arrays.stream(beans.getBeanNamesForAnnotation(Projection.class))
                .map(bean -> Objects.requireNonNull(
                        beans.findAnnotationOnBean(bean, ProcessingGroup.class),
                        "A projection needs a @ProcessingGroup: " + bean))
                .map(ProcessingGroup::value)
                .collect(Collectors.toSet());
        return configurer -> configurer
                .eventProcessing()
                .registerDefaultDeadLetterPolicy(configuration -> AxonStoresAutoConfiguration::parkUnlessTheStoreIsAway)
                .registerDeadLetterQueueProvider(group -> projections.contains(group)
                        ? configuration -> deadLetterQueue(group, template, serializer)
                        : null);
    }

    private static SequencedDeadLetterQueue<EventMessage<?>> deadLetterQueue(
            String group, MongoTemplate template, Serializer serializer) {
        return MongoSequencedDeadLetterQueue.builder()
                .processingGroup(group)
                .mongoTemplate(template)
                .serializer(serializer)
                .build();
    }

    private static EnqueueDecision<EventMessage<?>> parkUnlessTheStoreIsAway(
            DeadLetter<? extends EventMessage<?>> letter, Throwable cause) {
        if (cause instanceof MongoException mongo && isAway(mongo)) {
            throw mongo;
        }
        LOG.error("Parked {} of a projection", letter.message().getPayloadType().getSimpleName(), cause);
        return Decisions.enqueue(cause);
    }

    /** As opposed to a store that is there and refuses what it is given. */
    private static boolean isAway(MongoException e) {
        return e instanceof MongoSocketException
                || e instanceof MongoTimeoutException
                || e instanceof MongoNotPrimaryException
                || e instanceof MongoInterruptedException;
    }
}
