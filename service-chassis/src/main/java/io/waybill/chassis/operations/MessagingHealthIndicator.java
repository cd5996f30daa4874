package io.waybill.chassis.messaging;

import java.util.ArrayList;
import java.util.List;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.config.EventProcessingConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Up when the event store is connected and every event processor runs and can read from it. A single batch that fails
 * and is tried again does not show here but in the log.
 */
final class MessagingHealthIndicator implements HealthIndicator {

    private final AxonServerConnectionManager connections;
    private final EventProcessingConfiguration processing;

    MessagingHealthIndicator(AxonServerConnectionManager connections, EventProcessingConfiguration processing) {
        this.connections = connections;
        this.processing = processing;
    }

    @Override
    public Health health() {
        List<String> failing = new ArrayList<>();
        processing.eventProcessors().forEach((name, processor) -> {
            if (!processor.isRunning() || processor.isError()) {
                failing.add(name);
            }
        });
        boolean connected = connections.getConnection().isReady();
        Health.Builder health = connected && failing.isEmpty() ? Health.up() : Health.down();
        return health.withDetail("connected", connected)
                .withDetail("failingProcessors", failing)
                .build();
    }
}
