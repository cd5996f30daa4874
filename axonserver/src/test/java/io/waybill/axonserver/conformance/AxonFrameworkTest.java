package io.waybill.axonserver.conformance;

import static io.waybill.axonserver.conformance.Messages.unique;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** A whole application on Axon Framework, which is what the node is for. */
class AxonFrameworkTest {

    private static final Configuration application = application(new Projection());

    private final String id = unique("account");

    @BeforeAll
    static void start() {
        // The scheduler has to be there before the start, or it would never be started.
        application.getComponent(EventScheduler.class);
        application.start();
    }

    @AfterAll
    static void stop() {
        application.shutdown();
    }

    @Test
    void applicationHandlesCommandsProjectsEventsAnswersQueriesAndKeepsDeadlines() {
        send(new Open(id, 10));
        var updates = application
                .queryGateway()
                .subscriptionQuery(
                        new Balance(id), ResponseTypes.instanceOf(Long.class), ResponseTypes.instanceOf(Long.class));
        try (updates) {
            var seen = updates.updates().next().toFuture();
            send(new Deposit(id, 32));

            assertThat(seen).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(42L);
        }
        assertThat(balance()).isEqualTo(42L);
        assertThatThrownBy(() -> send(new Deposit(id, -100))).hasMessageContaining("overdrawn");

        application.getComponent(EventScheduler.class).schedule(Instant.now().plusMillis(50), new Interest(id, 8));
        Awaitility.await().until(() -> balance() == 50L);
    }

    @Test
    void answersAreGatheredAndStreamed() {
        send(new Open(id, 10));
        Awaitility.await().until(() -> balance() == 10);

        try (Stream<Long> gathered = application
                .queryGateway()
                .scatterGather(new Balance(id), ResponseTypes.instanceOf(Long.class), 5, TimeUnit.SECONDS)) {
            assertThat(gathered).containsExactly(10L);
        }
        assertThat(Flux.from(application.queryGateway().streamingQuery(new Statement(id), Long.class))
                        .collectList()
                        .toFuture())
                .succeedsWithin(Duration.ofSeconds(10))
                .asInstanceOf(InstanceOfAssertFactories.list(Long.class))
                .hasSize(500)
                .startsWith(10L, 11L);
    }

    private void send(Object command) {
        application.commandGateway().sendAndWait(command, 10, TimeUnit.SECONDS);
    }

    private long balance() {
        return application
                .queryGateway()
                .query(new Balance(id), Long.class)
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    private static Configuration application(Projection projection) {
        return DefaultConfigurer.defaultConfiguration()
                .configureSerializer(
                        configuration -> Jackson3Serializer.builder().build())
                .registerComponent(
                        AxonServerConfiguration.class,
                        configuration -> AxonServerConfiguration.builder()
                                .servers(ServerUnderTest.server().getHostName() + ":"
                                        + ServerUnderTest.server().getGrpcPort())
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
                        .usingPooledStreamingEventProcessors((configuration, processor) ->
                                // The server may hold events of others, with types that nobody here knows.
                                processor.initialToken(source -> source.createHeadToken()))
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

    record Statement(String id) {}

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

        @QueryHandler
        Flux<Long> handle(Statement query) {
            long balance = Objects.requireNonNullElse(balances.get(query.id()), 0L);
            return Flux.range(0, 500).map(day -> balance + day);
        }
    }
}
