package io.waybill.chassis.mongo;

import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import org.bson.Document;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/** The service's own database: on a real MongoDB if one is named, otherwise in a file below the data folder. */
@AutoConfiguration
@EnableConfigurationProperties(MongoAutoConfiguration.MongoProperties.class)
public class MongoAutoConfiguration {

    /** Name of the collection that says where each read model is shown from: no event would bring it back. */
    public static final String READ_MODELS = "readModels";

    /**
     * @param uri of a real MongoDB; empty for embedded ones
     * @param database name of this service's database
     * @param dataFolder where the files of embedded databases lie
     */
    @ConfigurationProperties("waybill.mongodb")
    record MongoProperties(@DefaultValue("") String uri, String database, Path dataFolder) {}

    @Bean(destroyMethod = "close")
    Databases databases(MongoProperties properties) {
        return new Databases(properties.uri(), properties.dataFolder().resolve("mongo"));
    }

    @Bean
    MongoDatabase mongoDatabase(Databases databases, MongoProperties properties) {
        return databases.open(properties.database());
    }

    /** Boot's own indicator sends a command that the embedded server does not know; a ping both answer. */
    @Bean
    HealthIndicator mongoHealthIndicator(MongoDatabase database) {
        return () -> {
            database.runCommand(new Document("ping", 1));
            return Health.up().build();
        };
    }
}
