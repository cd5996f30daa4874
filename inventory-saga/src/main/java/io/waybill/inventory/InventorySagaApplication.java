package io.waybill.inventory;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;

/** The service that keeps stock and leads orders through checkout. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class InventorySagaApplication {

    public static void main(String[] args) {
        SpringApplication.run(InventorySagaApplication.class, args);
    }
}
