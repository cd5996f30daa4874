package io.waybill.inventory.stock;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.Test;

class StockItemTest {

    private static final String TEA = "TEA-500";

    private final AggregateTestFixture<StockItem> fixture = new AggregateTestFixture<>(StockItem.class);

    @Test
    void receivesGoods() {
        fixture.givenNoPriorActivity()
                .when(new ReceiveStock(TEA, "receipt-1", 10, "main"))
                .expectEvents(received("receipt-1", 10, "main"));
    }

    @Test
    void receivesTheSameReceiptOnce() {
        isQuiet(fixture.given(received("receipt-1", 10, "main")).when(new ReceiveStock(TEA, "receipt-1", 10, "main")));
    }

    @Test
    void refusesMorePiecesThanItCanCount() {
        isRefused(
                fixture.given(received("receipt-1", Integer.MAX_VALUE, "main"))
                        .when(new ReceiveStock(TEA, "receipt-2", 1, "annex")),
                "STOCK_TOO_LARGE");
        isRefused(
                fixture.given(received("receipt-1", Integer.MAX_VALUE, "main"))
                        .when(new AdjustStock(TEA, "adjustment-1", 1, "found", "annex")),
                "STOCK_TOO_LARGE");
    }

    @Test
    void adjustsWhatIsNotReserved() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                .when(new AdjustStock(TEA, "adjustment-1", -4, "damaged", "main"))
                .expectEvents(new StockAdjusted(TEA, "adjustment-1", -4, "damaged", "main"));
    }

    @Test
    void adjustsTheSameAdjustmentOnce() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        new StockAdjusted(TEA, "adjustment-1", -4, "damaged", "main"))
                .when(new AdjustStock(TEA, "adjustment-1", -4, "damaged", "main")));
    }

    @Test
    void cannotAdjustBelowWhatIsReserved() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                        .when(new AdjustStock(TEA, "adjustment-1", -5, "damaged", "main")),
                "STOCK_BELOW_RESERVED");
    }

    @Test
    void cannotAdjustBelowNothingAtAnotherLocation() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"))
                        .when(new AdjustStock(TEA, "adjustment-1", -1, "damaged", "annex")),
                "STOCK_BELOW_RESERVED");
    }

    @Test
    void reservesFromOneLocationIfOneSuffices() {
        fixture.given(received("receipt-1", 3, "annex"), received("receipt-2", 5, "main"))
                .when(reserve("r-1", 4))
                .expectEvents(reserved("r-1", 4, new Allocation("main", 4)));
    }

    @Test
    void reservesFromTheFirstOfSeveralLocationsThatSuffice() {
        fixture.given(received("receipt-1", 5, "main"), received("receipt-2", 5, "annex"))
                .when(reserve("r-1", 4))
                .expectEvents(reserved("r-1", 4, new Allocation("annex", 4)));
    }

    @Test
    void splitsAReservationThatNoLocationHoldsAlone() {
        fixture.given(received("receipt-1", 3, "annex"), received("receipt-2", 5, "main"))
                .when(reserve("r-1", 7))
                .expectEvents(reserved("r-1", 7, new Allocation("annex", 3), new Allocation("main", 4)));
    }

    @Test
    void refusesToReserveMoreThanIsAvailable() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                .when(reserve("r-2", 5))
                .expectEvents(new StockReservationRefused(TEA, "r-2", "order-7", 5, 4, "OUT_OF_STOCK"));
    }

    @Test
    void refusesToReserveWhatNeverCameIn() {
        fixture.givenNoPriorActivity()
                .when(reserve("r-1", 1))
                .expectEvents(new StockReservationRefused(TEA, "r-1", "order-7", 1, 0, "OUT_OF_STOCK"));
    }

    @Test
    void reservesTheLastPiece() {
        fixture.given(received("receipt-1", 1, "main"))
                .when(reserve("r-1", 1))
                .expectEvents(reserved("r-1", 1, new Allocation("main", 1)));
    }

    @Test
    void sameReservationTwiceIsQuiet() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                .when(reserve("r-1", 6)));
    }

    @Test
    void refusedReservationAskedAgainStaysQuiet() {
        isQuiet(fixture.given(
                        new StockReservationRefused(TEA, "r-1", "order-7", 5, 0, "OUT_OF_STOCK"),
                        received("receipt-1", 10, "main"))
                .when(reserve("r-1", 5)));
    }

    @Test
    void releasesAReservation() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                .when(release("r-1"))
                .expectEvents(new StockReleased(TEA, "r-1", "order-7", 6));
    }

    @Test
    void releasedPiecesCanBeReservedAgain() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 10, new Allocation("main", 10)),
                        new StockReleased(TEA, "r-1", "order-7", 10))
                .when(reserve("r-2", 10))
                .expectEvents(reserved("r-2", 10, new Allocation("main", 10)));
    }

    @Test
    void releasingTwiceIsQuiet() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        new StockReleased(TEA, "r-1", "order-7", 6))
                .when(release("r-1")));
    }

    @Test
    void releasesAReservationThatWasNeverMade() {
        fixture.given(received("receipt-1", 10, "main"))
                .when(release("r-1"))
                .expectEvents(new StockReleased(TEA, "r-1", "order-7", 0));
    }

    @Test
    void releasedReservationCannotBeMadeLate() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), new StockReleased(TEA, "r-1", "order-7", 0))
                .when(reserve("r-1", 6)));
    }

    @Test
    void releasingARefusedReservationIsQuiet() {
        isQuiet(fixture.given(new StockReservationRefused(TEA, "r-1", "order-7", 5, 0, "OUT_OF_STOCK"))
                .when(release("r-1")));
    }

    @Test
    void commitsAReservation() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6, new Allocation("main", 6)))
                .when(commit("r-1"))
                .expectEvents(new StockCommitted(TEA, "r-1", "order-7", 6));
    }

    @Test
    void committedPiecesAreGone() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        new StockCommitted(TEA, "r-1", "order-7", 6))
                .when(reserve("r-2", 5))
                .expectEvents(new StockReservationRefused(TEA, "r-2", "order-7", 5, 4, "OUT_OF_STOCK"));
    }

    @Test
    void committingTwiceIsQuiet() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        new StockCommitted(TEA, "r-1", "order-7", 6))
                .when(commit("r-1")));
    }

    @Test
    void cannotCommitWhatWasNeverReserved() {
        isRefused(fixture.given(received("receipt-1", 10, "main")).when(commit("r-1")), "RESERVATION_NOT_FOUND");
    }

    private static StockReceived received(String receiptId, int quantity, String location) {
        return new StockReceived(TEA, receiptId, quantity, location);
    }

    private static StockReserved reserved(String id, int quantity, Allocation... allocations) {
        return new StockReserved(TEA, id, "order-7", quantity, List.of(allocations));
    }

    private static ReserveStock reserve(String id, int quantity) {
        return new ReserveStock(TEA, id, "order-7", quantity);
    }

    private static ReleaseStock release(String id) {
        return new ReleaseStock(TEA, id, "order-7");
    }

    private static CommitStock commit(String id) {
        return new CommitStock(TEA, id, "order-7");
    }

    private static void isQuiet(ResultValidator<StockItem> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    private static void isRefused(ResultValidator<StockItem> result, String code) {
        result.expectNoEvents()
                .expectExceptionDetails(matches((Fault fault) -> fault.code().equals(code)));
    }
}
