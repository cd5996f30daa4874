package io.waybill.inventory.stocklevels;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.BackorderFilled;
import io.waybill.messages.inventory.StockEvent.BackorderReduced;
import io.waybill.messages.inventory.StockEvent.ExtensionRefused;
import io.waybill.messages.inventory.StockEvent.ExtensionUndone;
import io.waybill.messages.inventory.StockEvent.ReservationExtended;
import io.waybill.messages.inventory.StockEvent.ReservationReduced;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockBackordered;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockCounted;
import io.waybill.messages.inventory.StockEvent.StockPolicyChanged;
import io.waybill.messages.inventory.StockEvent.StockRanLow;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockEvent.StockReturned;
import io.waybill.messages.inventory.StockQuery.LocationLevel;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StockLevelFoldTest {

    private static final String TEA = "TEA-500";
    private static final List<Allocation> PARTS = List.of(new Allocation("annex", 2), new Allocation("main", 4));
    private static final StockReceived RECEIVED = new StockReceived(TEA, "receipt-1", 10, "main");
    private static final StockReceived MORE_RECEIVED = new StockReceived(TEA, "receipt-2", 2, "annex");
    private static final StockReserved RESERVED = new StockReserved(TEA, "r-1", "order-7", 6, PARTS, null);

    @Test
    void receivedPiecesAreAvailable() {
        assertThat(after(RECEIVED)).isEqualTo(level(main(10, 0)));
    }

    @Test
    void adjustmentsCountsAndReturnsMoveWhatIsOnHand() {
        assertThat(after(RECEIVED, new StockAdjusted(TEA, "adjustment-1", -3, "damaged", "main")))
                .isEqualTo(level(main(7, 0)));
        assertThat(after(RECEIVED, new StockCounted(TEA, "count-1", 12, 2, "yearly count", "main")))
                .isEqualTo(level(main(12, 0)));
        assertThat(after(RECEIVED, new StockReturned(TEA, "return-1", "order-7", 1, 5, "annex")))
                .isEqualTo(level(annex(1, 0), main(10, 0)));
    }

    @Test
    void reservedPiecesStayOnHandAtTheirLocations() {
        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED)).isEqualTo(level(annex(2, 2), main(10, 4)));
    }

    @Test
    void releasedPiecesAreAvailableAgain() {
        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, new StockReleased(TEA, "r-1", "order-7", 6, PARTS)))
                .isEqualTo(level(annex(2, 0), main(10, 0)));
    }

    @Test
    void committedPiecesLeave() {
        var committed = new StockCommitted(TEA, "r-1", "order-7", 6, "shipment-1", PARTS);

        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, committed)).isEqualTo(level(annex(0, 0), main(6, 0)));
    }

    @Test
    void eventsOfOldAddUpThoughTheyDoNotSayWhere() {
        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, new StockReleased(TEA, "r-1", "order-7", 6, List.of())))
                .isEqualTo(level(annex(2, 0), main(10, 0)));
        assertThat(after(
                        RECEIVED,
                        MORE_RECEIVED,
                        RESERVED,
                        new StockCommitted(TEA, "r-1", "order-7", 6, "r-1", List.of())))
                .isEqualTo(level(annex(0, 0), main(6, 0)));
    }

    @Test
    void eventsOfOldGiveBackWhatIsReservedAndNotWhatIsThere() {
        var moreThere = new StockReceived(TEA, "receipt-3", 5, "annex");

        assertThat(after(
                        RECEIVED,
                        MORE_RECEIVED,
                        moreThere,
                        RESERVED,
                        new StockCommitted(TEA, "r-1", "order-7", 6, "r-1", List.of())))
                .isEqualTo(level(annex(5, 0), main(6, 0)));
    }

    @Test
    void changesOfAReservationMoveWhatIsReserved() {
        var extended =
                new ReservationExtended(TEA, "r-1", "order-7", "amendment-1", 3, List.of(new Allocation("main", 3)));
        var undone = new ExtensionUndone(TEA, "r-1", "order-7", "amendment-1", 3, List.of(new Allocation("main", 3)));
        var reduced =
                new ReservationReduced(TEA, "r-1", "order-7", "reduction-1", 2, List.of(new Allocation("annex", 2)));

        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, extended)).isEqualTo(level(annex(2, 2), main(10, 7)));
        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, extended, undone))
                .isEqualTo(level(annex(2, 2), main(10, 4)));
        assertThat(after(RECEIVED, MORE_RECEIVED, RESERVED, reduced)).isEqualTo(level(annex(2, 0), main(10, 4)));
    }

    @Test
    void backordersAreCountedUntilTheyAreServed() {
        var backordered = new StockBackordered(TEA, "r-1", "order-7", 3);
        var reduced = new BackorderReduced(TEA, "r-1", "order-7", 1);
        var filled = new BackorderFilled(TEA, "r-1", "order-7", 2, List.of(new Allocation("main", 2)));

        assertThat(after(backordered)).isEqualTo(new StockLevel(TEA, 0, 0, 0, 3, false, 0, false, List.of()));
        assertThat(after(backordered, reduced)).isEqualTo(new StockLevel(TEA, 0, 0, 0, 2, false, 0, false, List.of()));
        assertThat(after(backordered, reduced, RECEIVED, filled)).isEqualTo(level(main(10, 2)));
    }

    @Test
    void isLowAtTheThresholdAndBelow() {
        var policy = new StockPolicyChanged(TEA, true, 4, 1);

        assertThat(after(RECEIVED, policy))
                .isEqualTo(new StockLevel(TEA, 10, 0, 10, 0, true, 4, false, List.of(main(10, 0))));
        assertThat(after(RECEIVED, policy, new StockAdjusted(TEA, "adjustment-1", -6, "damaged", "main")))
                .isEqualTo(new StockLevel(TEA, 4, 0, 4, 0, true, 4, true, List.of(main(4, 0))));
    }

    @Test
    void withoutAThresholdNothingIsLow() {
        assertThat(after(RECEIVED, new StockAdjusted(TEA, "adjustment-1", -10, "damaged", "main")))
                .isEqualTo(level(main(0, 0)));
    }

    @Test
    void refusalsAndWarningsMoveNothing() {
        assertThat(after(
                        RECEIVED,
                        new StockReservationRefused(TEA, "r-1", "order-7", 11, 10, "OUT_OF_STOCK"),
                        new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 11, 10, "OUT_OF_STOCK"),
                        new StockRanLow(TEA, 10, 12)))
                .isEqualTo(level(main(10, 0)));
    }

    @Test
    void refusalOfAnUnknownSkuShowsNothingOnHand() {
        assertThat(after(new StockReservationRefused(TEA, "r-1", "order-7", 1, 0, "OUT_OF_STOCK")))
                .isEqualTo(level());
    }

    private static StockLevel level(LocationLevel... locations) {
        int onHand = List.of(locations).stream().mapToInt(LocationLevel::onHand).sum();
        int reserved =
                List.of(locations).stream().mapToInt(LocationLevel::reserved).sum();
        return new StockLevel(TEA, onHand, reserved, onHand - reserved, 0, false, 0, false, List.of(locations));
    }

    private static LocationLevel main(int onHand, int reserved) {
        return new LocationLevel("main", onHand, reserved, onHand - reserved);
    }

    private static LocationLevel annex(int onHand, int reserved) {
        return new LocationLevel("annex", onHand, reserved, onHand - reserved);
    }

    private static @Nullable StockLevel after(StockEvent... events) {
        @Nullable StockLevel level = null;
        for (StockEvent event : events) {
            level = StockLevelFold.fold(level, event);
        }
        return level;
    }
}
