package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.common.transaction.NoTransactionManager;
import org.axonframework.config.AggregateConfigurer;
import org.axonframework.config.Configuration;
import org.axonframework.config.DefaultConfigurer;
import org.axonframework.eventsourcing.eventstore.EventStoreException;
import org.axonframework.modelling.command.ConcurrencyException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Instances of the service over one event store, each with a command bus, a repository and a snapshotter of its own. */
class StockItemsTest {

    private static final String TEA = "TEA-500";
    private static final String STOCK = StockCommand.stockId(TEA);
    private static final int RACERS = 1_000;
    private static final Instant DEADLINE = Instant.parse("2026-11-01T12:15:00Z");

    private final SharedStore store = new SharedStore();
    private final List<Configuration> instances = new ArrayList<>();
    private final ExecutorService racers = Executors.newFixedThreadPool(32);

    @BeforeAll
    static void withoutAdvertisement() {
        System.setProperty("disable-axoniq-console-message", "true");
    }

    @AfterEach
    void stop() {
        racers.shutdownNow();
        instances.forEach(Configuration::shutdown);
    }

    @Test
    void thousandRacersGetAllThereIsAndNoPieceMore() {
        Configuration only = instance();
        send(only, new ReceiveStock(TEA, "receipt-1", 500, "main"));
        send(only, new ReceiveStock(TEA, "receipt-2", 333, "annex"));
        store.eventsRead();

        race(order -> only);

        checkAnswers(833);
        assertThat(store.eventsRead()).as("for snapshots; no command read any").isLessThanOrEqualTo(RACERS);
    }

    @Test
    void thousandRacersOnTwoInstancesGetAllThereIsAndNoPieceMore() {
        Configuration one = instance();
        Configuration other = instance();
        send(one, new ReceiveStock(TEA, "receipt-1", 833, "main"));

        race(order -> order % 2 == 0 ? one : other);

        checkAnswers(833);
    }

    @Test
    void noRefusalComesFromWhatWasKnownBefore() {
        Configuration one = instance();
        Configuration other = instance();
        send(one, new ReceiveStock(TEA, "receipt-1", 10, "main"));
        send(other, reserve("r-1", 1));

        send(one, reserve("r-2", 2));
        send(other, new CommitStock(TEA, "r-2", "order-7", "shipment-1", 2));

        assertThat(store.events(STOCK)).hasSize(4);
    }

    @Test
    void whatCouldNotBeStoredIsNotKept() {
        Configuration only = instance();
        send(only, new ReceiveStock(TEA, "receipt-1", 10, "main"));

        store.failNextAppend();
        assertThatThrownBy(() -> send(only, reserve("r-1", 1))).isInstanceOf(EventStoreException.class);
        send(only, reserve("r-1", 1));

        assertThat(store.events(STOCK)).hasSize(2).last().isInstanceOf(StockReserved.class);
    }

    @Test
    void whatWasRefusedIsNotKept() {
        Configuration only = instance();

        assertThatThrownBy(() -> send(only, new CommitStock(TEA, "r-1", "order-7", "shipment-1", 1)))
                .isInstanceOf(CommandExecutionException.class);
        send(only, new ReceiveStock(TEA, "receipt-1", 10, "main"));

        assertThat(store.events(STOCK)).hasSize(1);
    }

    @Test
    void anotherInstanceStartsFromTheSnapshot() {
        receive(instance(), 1_001);
        store.eventsRead();

        Configuration other = instance();
        send(other, new ReceiveStock(TEA, "receipt-0", 1, "main"));
        send(other, reserve("r-1", 1_001));

        assertThat(store.snapshots(STOCK)).isNotEmpty();
        assertThat(store.eventsRead()).isLessThan(600);
        assertThat(store.events(STOCK)).hasSize(1_002).last().isInstanceOf(StockReserved.class);
    }

    @Test
    void aSnapshotOfAnotherRevisionIsPassedOver() {
        receive(instance(), 1_001);
        store.changeRevisionOfSnapshots(STOCK, "0");
        store.eventsRead();

        send(instance(), reserve("r-1", 1_001));

        assertThat(store.eventsRead()).isGreaterThanOrEqualTo(1_001);
        assertThat(store.events(STOCK)).last().isInstanceOf(StockReserved.class);
    }

    @Test
    void keepsThoseThatWereAskedForLast() {
        Configuration only = instance();
        for (int sku = 0; sku <= 100; sku++) {
            send(only, new ReceiveStock("SKU-" + sku, "receipt-1", 1, "main"));
        }
        store.eventsRead();

        send(only, new ReceiveStock("SKU-1", "receipt-2", 1, "main"));
        assertThat(store.eventsRead()).isZero();
        send(only, new ReceiveStock("SKU-0", "receipt-2", 1, "main"));
        assertThat(store.eventsRead()).isEqualTo(1);
    }

    private Configuration instance() {
        Configuration instance = DefaultConfigurer.defaultConfiguration(false)
                .configureSerializer(axon -> SharedStore.serializer())
                .configureCommandBus(axon -> SimpleCommandBus.builder().build())
                .configureEmbeddedEventStore(store::engine)
                .configureTransactionManager(axon -> NoTransactionManager.instance())
                .registerComponent(StockLocations.class, axon -> new StockLocations(List.of("main")))
                .configureAggregate(AggregateConfigurer.defaultConfiguration(StockItem.class)
                        .configureRepository(StockItems::create))
                .start();
        instances.add(instance);
        return instance;
    }

    private static void receive(Configuration instance, int times) {
        for (int i = 0; i < times; i++) {
            send(instance, new ReceiveStock(TEA, "receipt-" + i, 1, "main"));
        }
    }

    private static ReserveStock reserve(String id, int quantity) {
        return new ReserveStock(TEA, id, "order-7", quantity, DEADLINE);
    }

    private static void send(Configuration instance, StockCommand command) {
        instance.commandGateway().sendAndWait(command);
    }

    private void race(IntFunction<Configuration> instanceOf) {
        var random = new Random(20_261_124);
        List<CompletableFuture<Void>> answers = new ArrayList<>();
        for (int i = 0; i < RACERS; i++) {
            int order = i;
            int quantity = 1 + random.nextInt(3);
            answers.add(CompletableFuture.runAsync(
                    () -> sendUntilTaken(instanceOf.apply(order), reserve("r-" + order, quantity)), racers));
        }
        answers.forEach(CompletableFuture::join);
    }

    /** As the command gateway of the chassis does. */
    private static void sendUntilTaken(Configuration instance, StockCommand command) {
        while (true) {
            try {
                send(instance, command);
                return;
            } catch (ConcurrencyException e) {
                Thread.onSpinWait();
            }
        }
    }

    /** Goes through the events in their order: the only order in which the racers can be said to have come. */
    private void checkAnswers(int received) {
        int available = received;
        int answers = 0;
        for (Object event : store.events(STOCK)) {
            switch (event) {
                case StockReserved reserved -> {
                    available -= reserved.quantity();
                    answers++;
                }
                case StockReservationRefused refused -> {
                    assertThat(refused.available()).isEqualTo(available).isLessThan(refused.quantity());
                    answers++;
                }
                default -> assertThat(event).isInstanceOf(StockReceived.class);
            }
            assertThat(available).isNotNegative();
        }
        assertThat(answers).isEqualTo(RACERS);
        assertThat(available).isZero();
    }
}
