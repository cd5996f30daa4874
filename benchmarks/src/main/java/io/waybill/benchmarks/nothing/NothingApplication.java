package io.waybill.benchmarks.nothing;

import io.waybill.chassis.messaging.Projection;
import io.waybill.messages.OrderRelated;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** A service like the others, with a projection that reads the events of orders and makes nothing of them. */
@SpringBootApplication
public class NothingApplication {

    /** Starts it; its settings are in {@code nothing.yml}. */
    public static void main(String[] args) {
        SpringApplication.run(NothingApplication.class, args);
    }

    @Projection
    @ProcessingGroup("nothing")
    static class Nothing {

        @EventHandler
        void on(OrderRelated event) {}
    }
}
