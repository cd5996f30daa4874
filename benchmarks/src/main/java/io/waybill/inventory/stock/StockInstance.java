package io.waybill.inventory.stock;

import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import org.axonframework.axonserver.connector.AxonServerConfiguration;
import org.axonframework.axonserver.connector.ServerConnectorConfigurerModule;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.Configurer;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventsourcing.AggregateSnapshotter;
import org.axonframework.serialization.jackson3.Jackson3Serializer;

/**
 * Handles the commands of stock items as one instance of the service does, on a node: commands come through the node, and
 * events go to it. It stands in the package of what is measured, so that nothing has to be public there.
 */
public final class StockInstance implements AutoCloseable {

    private static final int EVENTS_PER_TRANSACTION = 500;

    private final ThreadPoolExecutor snapshotThread = new StockConfiguration().snapshotThread();
    private final Configuration axon;

    private StockInstance(String address, AggregateConfigurer<StockItem> items) {
        Configurer configurer = DefaultConfigurer.defaultConfiguration(false);
        new ServerConnectorConfigurerModule().configureModule(configurer);
        axon = configurer
                .registerComponent(
                        AxonServerConfiguration.class,
                        parts -> AxonServerConfiguration.builder()
                                .servers(address)
                                .componentName("stock-benchmark")
                                .build())
                .configureSerializer(parts -> Jackson3Serializer.builder().build())
                .configureSnapshotter(parts -> AggregateSnapshotter.builder()
                        .eventStore(parts.eventStore())
                        .aggregateFactories(List.of(items.aggregateFactory()))
                        .repositoryProvider(parts::repository)
                        .handlerDefinition(parts.handlerDefinition(StockItem.class))
                        .parameterResolverFactory(parts.parameterResolverFactory())
                        .executor(snapshotThread)
                        .build())
                .registerComponent(StockLocations.class, parts -> new StockLocations(List.of("main")))
                .configureAggregate(items)
                .start();
    }

    /** With the items in memory and with snapshots, as in the service. */
    public static StockInstance asInTheService(String address) {
        return new StockInstance(
                address,
                AggregateConfigurer.defaultConfiguration(StockItem.class).configureRepository(StockItems::create));
    }

    /** With nothing but events: each command reads all of them. */
    public static StockInstance plain(String address) {
        return new StockInstance(address, AggregateConfigurer.defaultConfiguration(StockItem.class));
    }

    /** Sends a command to the node; completes with its answer, or with the failure. */
    public CompletableFuture<Void> send(StockCommand command) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        axon.commandBus().dispatch(GenericCommandMessage.asCommandMessage(command), (sent, result) -> {
            if (result.isExceptional()) {
                answer.completeExceptionally(result.exceptionResult());
            } else {
                answer.complete(null);
            }
        });
        return answer;
    }

    /** Stores the first events of an item of which there are none yet. */
    public void write(String sku, List<StockEvent> history) {
        List<DomainEventMessage<?>> transaction = new ArrayList<>();
        for (int sequence = 0; sequence < history.size(); sequence++) {
            transaction.add(new GenericDomainEventMessage<>(
                    "StockItem", StockCommand.stockId(sku), sequence, history.get(sequence)));
            if (transaction.size() == EVENTS_PER_TRANSACTION || sequence == history.size() - 1) {
                axon.eventStore().publish(transaction);
                transaction.clear();
            }
        }
    }

    /** All events of an item, in their order, as the node has them. */
    public List<StockEvent> events(String sku) {
        return axon.eventStore()
                .readEvents(StockCommand.stockId(sku), 0)
                .asStream()
                .<StockEvent>map(event -> (StockEvent) event.getPayload())
                .toList();
    }

    /** Waits until the snapshots that were due are made. */
    public void awaitSnapshots() throws InterruptedException {
        try {
            snapshotThread.submit(() -> {}).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        // First the snapshots that are due, because without a connection they fail.
        snapshotThread.close();
        axon.shutdown();
    }
}
