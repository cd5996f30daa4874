package io.waybill.chassis.web;

import static org.mockito.Mockito.mock;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.ReadPositions;
import io.waybill.chassis.mongo.TestDatabase;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;

/** What a controller is given of a service when it is tested without the rest: a database, and no events. */
@TestConfiguration(proxyBeanMethods = false)
public class ControllerBeans {

    @Bean
    TestDatabase testDatabase() {
        return new TestDatabase();
    }

    @Bean
    MongoDatabase mongoDatabase(TestDatabase database) {
        return database.get();
    }

    @Bean
    ReadPositions readPositions() {
        return mock();
    }
}
