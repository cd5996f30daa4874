package io.waybill.chassis.mongo;

import io.waybill.chassis.messaging.Checkpoints;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.extensions.mongo.MongoTemplate;
import org.axonframework.serialization.Serializer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Primary;

/** Claims tokens by another name than this process, for a second instance of a service in it. */
@Configuration(proxyBeanMethods = false)
public class AnotherProcess {

    public static final String NAME = "another process";

    @Bean
    @Primary
    TokenStore tokensOfAnotherProcess(
            MongoTemplate template,
            Serializer serializer,
            Databases databases,
            StoreMarks marks,
            Checkpoints checkpoints) {
        return new LastWriteTokenStore(
                new TokenDocuments(template, serializer, NAME, databases.losses()),
                checkpoints::hasClaimed,
                marks::mayReadFromTheBeginning);
    }
}
