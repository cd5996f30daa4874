package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.inventory.StockCommand;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.eventhandling.EventBus;
import org.axonframework.eventhandling.SimpleEventBus;
import org.axonframework.eventsourcing.EventSourcedAggregate;
import org.axonframework.eventsourcing.NoSnapshotTriggerDefinition;
import org.axonframework.modelling.command.inspection.AggregateModel;
import org.axonframework.modelling.command.inspection.AnnotatedAggregateMetaModelFactory;
import org.junit.jupiter.api.Test;

/**
 * Short random histories against a model that is too simple to be wrong. IDs and quantities come from small ranges, so
 * that repetitions, shortages and splits are frequent. A failure names its seed; put it into {@code SEED} to see it
 * again.
 */
class StockItemPropertyTest {

    private static final long SEED = 20_261_101;
    private static final int HISTORIES = 3_000;
    private static final int COMMANDS_PER_HISTORY = 24;
    private static final String TEA = "TEA-500";
    private static final AggregateModel<StockItem> ITEM =
            AnnotatedAggregateMetaModelFactory.inspectAggregate(StockItem.class);

    @Test
    void neverReservesWhatIsNotThereAndDoesEachThingOnce() throws Exception {
        for (long seed = SEED; seed < SEED + HISTORIES; seed++) {
            List<String> history = new ArrayList<>();
            try {
                checkHistory(new Random(seed), history);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ":\n" + String.join("\n", history), e);
            }
        }
    }

    private static void checkHistory(Random random, List<String> history) throws Exception {
        List<StockEvent> events = new ArrayList<>();
        EventBus bus = SimpleEventBus.builder().build();
        bus.subscribe(batch -> batch.forEach(message -> events.add((StockEvent) message.getPayload())));
        var item = EventSourcedAggregate.initialize(new StockItem(), ITEM, bus, NoSnapshotTriggerDefinition.TRIGGER);
        var model = new Model();
        for (int i = 0; i < COMMANDS_PER_HISTORY; i++) {
            StockCommand command = anyCommand(random);
            String expected = model.expects(command);
            events.clear();
            String outcome;
            try {
                item.handle(new GenericCommandMessage<>(command));
                outcome = events.isEmpty()
                        ? "nothing"
                        : events.getLast().getClass().getSimpleName();
            } catch (Misuse misuse) {
                outcome = Misuse.faultOf(misuse).map(Fault::code).orElseThrow();
            }
            history.add(command + " -> " + outcome);
            assertThat(outcome).isEqualTo(expected);
            events.forEach(model::apply);
            model.check();
        }
    }

    private static StockCommand anyCommand(Random random) {
        String id = "id-" + random.nextInt(6);
        String location = "location-" + random.nextInt(3);
        int quantity = 1 + random.nextInt(8);
        return switch (random.nextInt(7)) {
            case 0, 1 -> new ReceiveStock(TEA, id, quantity, location);
            case 2 -> new AdjustStock(TEA, id, quantity - 5, "count", location);
            case 3, 4 -> new ReserveStock(TEA, id, "order-" + id, quantity);
            case 5 -> new ReleaseStock(TEA, id, "order-" + id);
            default -> new CommitStock(TEA, id, "order-" + id);
        };
    }

    private static final class Model {

        private final Map<String, Integer> onHand = new TreeMap<>();
        private final Map<String, List<Allocation>> reserved = new HashMap<>();
        private final Map<String, String> counted = new HashMap<>();
        private final Set<String> ended = new HashSet<>();

        String expects(StockCommand command) {
            return switch (command) {
                case ReceiveStock receive ->
                    repeated(receive.receiptId(), "receipt", receive.location(), receive.quantity(), "StockReceived");
                case AdjustStock adjust -> {
                    String id = adjust.adjustmentId();
                    if (counted.containsKey(id)) {
                        yield repeated(id, "adjustment", adjust.location(), adjust.delta(), "");
                    }
                    yield available(adjust.location()) + adjust.delta() < 0 ? "STOCK_BELOW_RESERVED" : "StockAdjusted";
                }
                case ReserveStock reserve -> {
                    if (reserved.containsKey(reserve.reservationId()) || ended.contains(reserve.reservationId())) {
                        yield "nothing";
                    }
                    yield available() < reserve.quantity() ? "StockReservationRefused" : "StockReserved";
                }
                case ReleaseStock release -> ended.contains(release.reservationId()) ? "nothing" : "StockReleased";
                case CommitStock commit -> {
                    if (reserved.containsKey(commit.reservationId())) {
                        yield "StockCommitted";
                    }
                    yield ended.contains(commit.reservationId()) ? "nothing" : "RESERVATION_NOT_FOUND";
                }
            };
        }

        void apply(StockEvent event) {
            switch (event) {
                case StockReceived received ->
                    count(received.receiptId(), "receipt", received.location(), received.quantity());
                case StockAdjusted adjusted ->
                    count(adjusted.adjustmentId(), "adjustment", adjusted.location(), adjusted.delta());
                case StockReserved made -> {
                    assertThat(sum(made.allocations())).isEqualTo(made.quantity());
                    if (onHand.keySet().stream().anyMatch(location -> available(location) >= made.quantity())) {
                        assertThat(made.allocations())
                                .as("one location suffices")
                                .hasSize(1);
                    }
                    reserved.put(made.reservationId(), made.allocations());
                }
                case StockReservationRefused refused -> {
                    assertThat(refused.available()).isEqualTo(available());
                    ended.add(refused.reservationId());
                }
                case StockReleased released ->
                    assertThat(released.quantity()).isEqualTo(sum(end(released.reservationId())));
                case StockCommitted committed -> {
                    List<Allocation> gone = end(committed.reservationId());
                    assertThat(committed.quantity()).isEqualTo(sum(gone));
                    gone.forEach(part -> onHand.merge(part.location(), -part.quantity(), Integer::sum));
                }
            }
        }

        void check() {
            for (var level : onHand.entrySet()) {
                assertThat(reserved(level.getKey()))
                        .as("reserved at %s", level.getKey())
                        .isBetween(0, level.getValue());
            }
        }

        private String repeated(String id, String kind, String location, int delta, String otherwise) {
            if (!counted.containsKey(id)) {
                return otherwise;
            }
            return counted.get(id).equals(kind + location + delta) ? "nothing" : "IDEMPOTENCY_KEY_REUSED";
        }

        private void count(String id, String kind, String location, int delta) {
            counted.put(id, kind + location + delta);
            onHand.merge(location, delta, Integer::sum);
        }

        private List<Allocation> end(String id) {
            ended.add(id);
            List<Allocation> allocations = reserved.remove(id);
            return allocations == null ? List.of() : allocations;
        }

        private int available() {
            return onHand.keySet().stream().mapToInt(this::available).sum();
        }

        private int available(String location) {
            return onHand.getOrDefault(location, 0) - reserved(location);
        }

        private int reserved(String location) {
            return reserved.values().stream()
                    .flatMap(List::stream)
                    .filter(part -> part.location().equals(location))
                    .mapToInt(Allocation::quantity)
                    .sum();
        }

        private static int sum(List<Allocation> allocations) {
            return allocations.stream().mapToInt(Allocation::quantity).sum();
        }
    }
}
