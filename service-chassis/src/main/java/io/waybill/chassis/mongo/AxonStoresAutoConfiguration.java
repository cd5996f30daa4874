package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.CheckpointsAutoConfiguration;
import io.waybill.chassis.messaging.ClaimListener;
import io.waybill.chassis.messaging.ReadProgress;
import java.lang.management.ManagementFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.axonframework.config.Configuration;
import org.axonframework.config.ConfigurerModule;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.modelling.saga.metamodel.AnnotationSagaMetaModelFactory;
import org.axonframework.modelling.saga.metamodel.SagaMetaModelFactory;
import org.axonframework.serialization.Serializer;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/** Where Axon keeps tokens, sagas and dead letters: in the service's own database. */
@AutoConfiguration(after = MongoAutoConfiguration.class, before = AxonAutoConfiguration.class)
public class AxonStoresAutoConfiguration {

    @Bean
    MongoTemplate axonMongoTemplate(MongoDatabase database) {
        return DefaultMongoTemplate.builder()
                .mongoDatabase(database.withWriteConcern(Databases.MADE_OF_EVENTS))
                .trackingTokensCollectionName(StoreMarks.TOKENS)
                .deadLetterCollectionName(StoreMarks.DEAD_LETTERS)
                .build();
    }

    @Bean
    Discards discards(MongoDatabase database) {
        return new Discards(database);
    }

    @Bean
    StoreMarks storeMarks(MongoDatabase database, @Value("${waybill.mongodb.not-from-events:}") Set<String> others) {
        return new StoreMarks(database, others);
    }

    @Bean
    ReadProgress readProgress(MongoDatabase database, Serializer serializer, StoreMarks marks) {
        return new StoredProgress(database.getCollection(StoreMarks.TOKENS), serializer, marks);
    }

    @Bean(destroyMethod = "close")
    StoreWatch storeWatch(StoreMarks marks, @Value("${waybill.look-interval}") Duration interval) {
        return new StoreWatch(marks, interval);
    }

    @Bean
    TokenStore tokenStore(
            MongoTemplate template,
            Serializer serializer,
            Databases databases,
            StoreMarks marks,
            ObjectProvider<ClaimListener> listeners) {
        // What was lost while the service was stopped has to be known before anything is read.
        marks.firstLook();
        // An embedded store has one user at a time, so after a crash the next one need not wait for the claims of the
        // one before to run out.
        String node = databases.areEmbedded()
                ? "the only user of this store"
                : ManagementFactory.getRuntimeMXBean().getName();
        return new LastWriteTokenStore(
                new TokenDocuments(template, serializer, node, databases.losses()),
                processor -> listeners.forEach(listener -> listener.hasClaimed(processor)),
                marks::mayReadFromTheBeginning);
    }

    /** A process that writes its views by the batch says so itself: what it does next has to wait for them. */
    @Bean
    ConfigurerModule batches(ListableBeanFactory beans, Databases databases) {
        Set<String> projections = CheckpointsAutoConfiguration.projections(beans);
        return configurer -> configurer
                .eventProcessing()
                .registerDefaultHandlerInterceptor((configuration, processor) -> (unitOfWork, chain) -> {
                    databases.losses().begin(unitOfWork);
                    if (projections.contains(processor)) {
                        ViewBatch.begin(unitOfWork, processor);
                    }
                    return chain.proceed();
                });
    }

    @Bean
    SagaDocuments sagaStore(MongoDatabase database, Serializer serializer, ObjectProvider<Configuration> axon) {
        // It needs the configuration of which this is a part.
        Supplier<SagaMetaModelFactory> models = SingletonSupplier.of(
                () -> new AnnotationSagaMetaModelFactory(axon.getObject().parameterResolverFactory()));
        return new SagaDocuments(database, serializer, Clock.systemUTC(), models);
    }
}
