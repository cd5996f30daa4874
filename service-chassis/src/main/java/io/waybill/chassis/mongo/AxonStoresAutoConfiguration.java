package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import java.lang.management.ManagementFactory;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.extensions.mongo.eventsourcing.tokenstore.MongoTokenStore;
import org.axonframework.serialization.Serializer;
import org.axonframework.springboot.autoconfig.AxonAutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;

/** Where Axon keeps tokens, sagas and dead letters: in the service's own database. */
@AutoConfiguration(after = MongoAutoConfiguration.class, before = AxonAutoConfiguration.class)
public class AxonStoresAutoConfiguration {

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
}
