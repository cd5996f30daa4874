package io.waybill.orderview.audit;

import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.json.JsonMapper;

/** The parts of the audit chain. */
@Configuration(proxyBeanMethods = false)
class AuditConfiguration {

    private final Clock clock = Clock.systemUTC();

    @Bean
    AuditKey auditKey(@Value("${waybill.audit.key-file}") Path file) {
        return AuditKey.in(file);
    }

    @Bean
    PublicAuditKey publicAuditKey(AuditKey key) {
        return key.open();
    }

    @Bean
    ChainStore chainStore(MongoDatabase database) {
        return new ChainStore(database);
    }

    @Bean
    EventSource storedEvents(AxonServerConnectionManager connections) {
        return new AxonServerEvents(connections::getConnection);
    }

    @Bean
    ChainKeeper chainKeeper(
            EventSource events,
            ChainStore store,
            AuditKey key,
            @Value("${waybill.audit.write-interval}") Duration writeInterval) {
        return new ChainKeeper(events, store, key, writeInterval, clock);
    }

    @Bean
    Verifier verifier(EventSource events, ChainStore store, PublicAuditKey key, MongoDatabase database) {
        return new Verifier(new Verification(events, store, key), database, clock);
    }

    @Bean
    Export export(EventSource events, ChainStore store, PublicAuditKey key, JsonMapper json) {
        return new Export(events, store, key, json);
    }
}
