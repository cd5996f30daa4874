package io.waybill.axonserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.AxonServerConnectionManager;
import org.axonframework.axonserver.connector.event.axon.AxonServerEventScheduler;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.tokenstore.inmemory.InMemoryTokenStore;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.responsetypes.ResponseTypes;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.queryhandling.QueryHandler;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.junit.jupiter.api.Test;

/** A whole application on Axon Framework, which is what the node is for. */
class AxonFrameworkTest {

    @Test
    void applicationHandlesCommandsProjectsEventsAnswersQueriesAndKeepsDeadlines() throws Exception {
        try (AxonServerNode node = AxonServerNode.start(AxonServerOptions.embedded())) {
            Configuration application = application(node, new Projection());
            // The scheduler has to be there before the start, or it would never be started.
            application.getComponent(EventScheduler.class);
            application.start();
            try {
                exercise(application);
            } finally {
                application.shutdown();
            }
        }
    }

    private static void exercise(Configuration application) {
        application.commandGateway().sendAndWait(new Open("a", 10), 10, TimeUnit.SECONDS);
        var updates = application
                .queryGateway()
                .subscriptionQuery(
                        new Balance("a"), ResponseTypes.instanceOf(Long.class), ResponseTypes.instanceOf(Long.class));
        try (updates) {
            var seen = updates.updates().next().toFuture();
            application.commandGateway().sendAndWait(new Deposit("a", 32), 10, TimeUnit.SECONDS);

            assertThat(seen).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(42L);
        }
        assertThat(balance(application)).isEqualTo(42L);
        assertThatThrownBy(() -> application.commandGateway().sendAndWait(new Deposit("a", -100), 10, TimeUnit.SECONDS))
                .hasMessageContaining("overdrawn");

        application.getComponent(EventScheduler.class).schedule(Instant.now().plusMillis(50), new Interest("a", 8));
        Awaitility.await().until(() -> balance(application) == 50L);
    }

    private static long balance(Configuration application) {
        return application
                .queryGateway()
                .query(new Balance("a"), Long.class)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static Configuration application(AxonServerNode node, Projection projection) {
        return DefaultConfigurer.defaultConfiguration()
                .configureSerializer(
                        configuration -> Jackson3Serializer.builder().build())
                .registerComponent(
                        AxonServerConfiguration.class,
                        configuration -> AxonServerConfiguration.builder()
                                .servers(node.address())
                                .componentName("bank")
                                .build())
                .registerComponent(
                        EventScheduler.class,
                        configuration -> AxonServerEventScheduler.builder()
                                .connectionManager(configuration.getComponent(AxonServerConnectionManager.class))
                                .eventSerializer(configuration.eventSerializer())
                                .build())
                .configureAggregate(Account.class)
                .registerQueryHandler(configuration -> projection)
                .eventProcessing(processing -> processing
                        .usingPooledStreamingEventProcessors()
                        .registerTokenStore(configuration -> new InMemoryTokenStore())
                        .registerEventHandler(configuration -> projection))
                .buildConfiguration();
    }

    record Open(@TargetAggregateIdentifier String id, long amount) {}

    record Deposit(@TargetAggregateIdentifier String id, long amount) {}

    record Opened(String id, long amount) {}

    record Deposited(String id, long amount) {}

    record Interest(String id, long amount) {}

    record Balance(String id) {}

    static final class Account {

        @AggregateIdentifier
        private String id;

        private long balance;

        Account() {}

        @CommandHandler
        Account(Open command) {
            apply(new Opened(command.id(), command.amount()));
        }

        @CommandHandler
        void handle(Deposit command) {
            if (balance + command.amount() < 0) {
                throw new IllegalStateException("Account " + id + " would be overdrawn");
            }
            apply(new Deposited(id, command.amount()));
        }

        @EventSourcingHandler
        void on(Opened event) {
            id = event.id();
            balance = event.amount();
        }

        @EventSourcingHandler
        void on(Deposited event) {
            balance += event.amount();
        }
    }

    static final class Projection {

        private final Map<String, Long> balances = new ConcurrentHashMap<>();

        @EventHandler
        void on(Opened event) {
            balances.put(event.id(), event.amount());
        }

        @EventHandler
        void on(Deposited event, QueryUpdateEmitter emitter) {
            long balance = balances.merge(event.id(), event.amount(), Long::sum);
            emitter.emit(Balance.class, query -> query.id().equals(event.id()), balance);
        }

        @EventHandler
        void on(Interest event) {
            balances.merge(event.id(), event.amount(), Long::sum);
        }

        @QueryHandler
        Long handle(Balance query) {
            return Objects.requireNonNullElse(balances.get(query.id()), 0L);
        }
    }
}
