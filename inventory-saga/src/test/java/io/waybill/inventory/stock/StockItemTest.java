package io.waybill.inventory.stock;

import static org.axonframework.test.matchers.Matchers.matches;

import io.waybill.chassis.messaging.Fault;
import io.waybill.messages.inventory.StockCommand.AdjustStock;
import io.waybill.messages.inventory.StockCommand.CommitStock;
import io.waybill.messages.inventory.StockCommand.CountStock;
import io.waybill.messages.inventory.StockCommand.ExtendReservation;
import io.waybill.messages.inventory.StockCommand.ReceiveStock;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.inventory.StockCommand.ReserveStock;
import io.waybill.messages.inventory.StockCommand.ReturnStock;
import io.waybill.messages.inventory.StockCommand.SetStockPolicy;
import io.waybill.messages.inventory.StockCommand.UndoExtension;
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
import java.time.Instant;
import java.util.List;
import org.axonframework.test.aggregate.AggregateTestFixture;
import org.axonframework.test.aggregate.FixtureConfiguration;
import org.axonframework.test.aggregate.ResultValidator;
import org.junit.jupiter.api.Test;

class StockItemTest {

    private static final String TEA = "TEA-500";
    private static final Instant DEADLINE = Instant.parse("2026-11-01T12:15:00Z");
    private static final StockPolicyChanged BACKORDERABLE = new StockPolicyChanged(TEA, true, 0, 1);
    private static final StockPolicyChanged THRESHOLD_5 = new StockPolicyChanged(TEA, false, 5, 1);

    private final FixtureConfiguration<StockItem> fixture = new AggregateTestFixture<>(StockItem.class)
            .registerInjectableResource(new StockLocations(List.of("main", "annex")));

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
        isRefused(
                fixture.given(received("receipt-1", Integer.MAX_VALUE, "main"))
                        .when(new CountStock(TEA, "count-1", 1, "found", "annex")),
                "STOCK_TOO_LARGE");
        isRefused(
                fixture.given(received("receipt-1", Integer.MAX_VALUE, "main"))
                        .when(new ReturnStock(TEA, "return-1", "order-7", 1, 0, "annex")),
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
    void reservesFromTheMostImportantOfSeveralLocationsThatSuffice() {
        fixture.given(received("receipt-1", 5, "annex"), received("receipt-2", 5, "main"))
                .when(reserve("r-1", 4))
                .expectEvents(reserved("r-1", 4, new Allocation("main", 4)));
    }

    @Test
    void splitsAReservationThatNoLocationHoldsAlone() {
        fixture.given(received("receipt-1", 3, "annex"), received("receipt-2", 5, "main"))
                .when(reserve("r-1", 7))
                .expectEvents(reserved("r-1", 7, new Allocation("main", 5), new Allocation("annex", 2)));
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
                .expectEvents(released("r-1", 6));
    }

    @Test
    void releasedPiecesCanBeReservedAgain() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 10, new Allocation("main", 10)),
                        released("r-1", 10))
                .when(reserve("r-2", 10))
                .expectEvents(reserved("r-2", 10, new Allocation("main", 10)));
    }

    @Test
    void releasingTwiceIsQuiet() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        released("r-1", 6))
                .when(release("r-1")));
    }

    @Test
    void releasesAReservationThatWasNeverMade() {
        fixture.given(received("receipt-1", 10, "main")).when(release("r-1")).expectEvents(released("r-1", 0));
    }

    @Test
    void releasedReservationCannotBeMadeLate() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), released("r-1", 0))
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
                .when(commit("r-1", "shipment-1", 6))
                .expectEvents(committed("r-1", "shipment-1", 6));
    }

    @Test
    void committedPiecesAreGone() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        committed("r-1", "shipment-1", 6))
                .when(reserve("r-2", 5))
                .expectEvents(new StockReservationRefused(TEA, "r-2", "order-7", 5, 4, "OUT_OF_STOCK"));
    }

    @Test
    void committingTwiceIsQuiet() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6, new Allocation("main", 6)),
                        committed("r-1", "shipment-1", 6))
                .when(commit("r-1", "shipment-1", 6)));
    }

    @Test
    void cannotCommitWhatWasNeverReserved() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main")).when(commit("r-1", "shipment-1", 6)),
                "RESERVATION_NOT_FOUND");
    }

    @Test
    void commitsInParts() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), committed("r-1", "shipment-1", 4))
                .when(commit("r-1", "shipment-2", 2))
                .expectEvents(committed("r-1", "shipment-2", 2));
    }

    @Test
    void cannotCommitMoreThanIsHeld() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), committed("r-1", "shipment-1", 4))
                        .when(commit("r-1", "shipment-2", 3)),
                "RESERVATION_TOO_SMALL");
    }

    @Test
    void cannotCommitWhatIsWaitedFor() {
        isRefused(
                fixture.given(BACKORDERABLE, backordered("r-1", 2)).when(commit("r-1", "shipment-1", 1)),
                "RESERVATION_TOO_SMALL");
    }

    @Test
    void cannotCommitWhatWasReleased() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), released("r-1", 6))
                        .when(commit("r-1", "shipment-1", 6)),
                "RESERVATION_NOT_FOUND");
    }

    @Test
    void aPartShipsInAsFewParcelsAsPossible() {
        fixture.given(
                        received("receipt-1", 2, "main"),
                        received("receipt-2", 5, "annex"),
                        reserved("r-1", 7, main(2), new Allocation("annex", 5)))
                .when(commit("r-1", "shipment-1", 4))
                .expectEvents(new StockCommitted(
                        TEA, "r-1", "order-7", 4, "shipment-1", List.of(new Allocation("annex", 4))));
    }

    @Test
    void releasesWhatWasNotShipped() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), committed("r-1", "shipment-1", 4))
                .when(release("r-1"))
                .expectEvents(released("r-1", 2));
    }

    @Test
    void noQuantityIsNone() {
        isRefused(fixture.given(received("receipt-1", 10, "main")).when(reserve("r-1", 0)), "QUANTITY_TOO_SMALL");
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                        .when(commit("r-1", "shipment-1", 0)),
                "QUANTITY_TOO_SMALL");
    }

    // Counts and returns.

    @Test
    void aCountSetsWhatIsOnHand() {
        fixture.given(received("receipt-1", 10, "main"))
                .when(new CountStock(TEA, "count-1", 7, "yearly count", "main"))
                .expectEvents(new StockCounted(TEA, "count-1", 7, -3, "yearly count", "main"));
    }

    @Test
    void aCountThatFindsWhatWasThoughtIsRecordedToo() {
        fixture.given(received("receipt-1", 10, "main"))
                .when(new CountStock(TEA, "count-1", 10, "yearly count", "main"))
                .expectEvents(new StockCounted(TEA, "count-1", 10, 0, "yearly count", "main"));
    }

    @Test
    void countsTheSameCountOnce() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        new StockCounted(TEA, "count-1", 7, -3, "yearly count", "main"),
                        received("receipt-2", 5, "main"))
                .when(new CountStock(TEA, "count-1", 7, "yearly count", "main")));
    }

    @Test
    void cannotCountFewerThanAreReserved() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                        .when(new CountStock(TEA, "count-1", 5, "yearly count", "main")),
                "STOCK_BELOW_RESERVED");
    }

    @Test
    void anIdThatSaidSomethingElseBeforeIsRefused() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main")).when(new ReceiveStock(TEA, "receipt-1", 11, "main")),
                "IDEMPOTENCY_KEY_REUSED");
        isRefused(
                fixture.given(new StockCounted(TEA, "count-1", 7, 7, "yearly count", "main"))
                        .when(new CountStock(TEA, "count-1", 8, "yearly count", "main")),
                "IDEMPOTENCY_KEY_REUSED");
    }

    @Test
    void onlyWhatIsRestockedIsOnTheShelfAgain() {
        fixture.given(
                        received("receipt-1", 6, "main"),
                        reserved("r-1", 6),
                        committed("r-1", "shipment-1", 6),
                        new StockReturned(TEA, "return-1", "order-7", 2, 3, "main"))
                .when(reserve("r-2", 3))
                .expectEvents(refused("r-2", 3, 2, "OUT_OF_STOCK"));
    }

    @Test
    void whatComesBackGoesToTheMostImportantLocation() {
        fixture.given(received("receipt-1", 6, "annex"))
                .when(new ReturnStock(TEA, "return-1", "order-7", 2, 1, null))
                .expectEvents(new StockReturned(TEA, "return-1", "order-7", 2, 1, "main"));
    }

    @Test
    void takesBackTheSameReturnOnceEvenIfTheLocationIsAnotherByNow() {
        isQuiet(fixture.given(
                        received("receipt-1", 6, "annex"), new StockReturned(TEA, "return-1", "order-7", 2, 1, "annex"))
                .when(new ReturnStock(TEA, "return-1", "order-7", 2, 1, null)));
    }

    // How it is sold.

    @Test
    void takesAPolicy() {
        fixture.givenNoPriorActivity().when(new SetStockPolicy(TEA, true, 0, 1)).expectEvents(BACKORDERABLE);
    }

    @Test
    void recordsTheFirstPolicyThoughItIsTheDefault() {
        fixture.givenNoPriorActivity()
                .when(new SetStockPolicy(TEA, false, 0, 0))
                .expectEvents(new StockPolicyChanged(TEA, false, 0, 0));
    }

    @Test
    void samePolicyAgainIsQuiet() {
        isQuiet(fixture.given(BACKORDERABLE).when(new SetStockPolicy(TEA, true, 0, 1)));
    }

    @Test
    void anOlderPolicyThatComesLateIsQuiet() {
        isQuiet(fixture.given(BACKORDERABLE).when(new SetStockPolicy(TEA, false, 5, 0)));
    }

    @Test
    void tellsThatStockRanLow() {
        fixture.given(THRESHOLD_5, received("receipt-1", 10, "main"))
                .when(reserve("r-1", 5))
                .expectEvents(reserved("r-1", 5), new StockRanLow(TEA, 5, 5));
    }

    @Test
    void tellsThatStockRanLowOnce() {
        fixture.given(
                        THRESHOLD_5,
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 5),
                        new StockRanLow(TEA, 5, 5),
                        reserved("r-2", 1))
                .when(reserve("r-3", 1))
                .expectEvents(reserved("r-3", 1));
    }

    @Test
    void tellsThatStockRanLowAgainOnceThereWasMore() {
        fixture.given(
                        THRESHOLD_5,
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 5),
                        new StockRanLow(TEA, 5, 5),
                        released("r-1", 5))
                .when(extend("r-2", "amendment-1", 6))
                .expectEvents(extended("r-2", "amendment-1", 6), new StockRanLow(TEA, 4, 5));
    }

    @Test
    void aHigherThresholdTellsThatStockIsLow() {
        fixture.given(received("receipt-1", 5, "main"))
                .when(new SetStockPolicy(TEA, false, 5, 1))
                .expectEvents(THRESHOLD_5, new StockRanLow(TEA, 5, 5));
    }

    @Test
    void anAdjustmentTellsThatStockRanLow() {
        fixture.given(THRESHOLD_5, received("receipt-1", 6, "main"))
                .when(new AdjustStock(TEA, "adjustment-1", -1, "damaged", "main"))
                .expectEvents(
                        new StockAdjusted(TEA, "adjustment-1", -1, "damaged", "main"), new StockRanLow(TEA, 5, 5));
    }

    // The queue.

    @Test
    void waitsForStockIfTheProductAllowsIt() {
        fixture.given(BACKORDERABLE, received("receipt-1", 1, "main"))
                .when(reserve("r-1", 2))
                .expectEvents(backordered("r-1", 2));
    }

    @Test
    void sameBackorderAgainIsQuiet() {
        isQuiet(fixture.given(BACKORDERABLE, backordered("r-1", 2)).when(reserve("r-1", 2)));
    }

    @Test
    void nobodyJumpsTheQueueEvenIfThereIsEnough() {
        fixture.given(BACKORDERABLE, received("receipt-1", 1, "main"), backordered("r-1", 2))
                .when(reserve("r-2", 1))
                .expectEvents(backordered("r-2", 1));
    }

    @Test
    void refusesWhileOthersWaitIfTheProductAllowsNoMoreBackorders() {
        fixture.given(
                        BACKORDERABLE,
                        received("receipt-1", 1, "main"),
                        backordered("r-1", 2),
                        new StockPolicyChanged(TEA, false, 0, 2))
                .when(reserve("r-2", 1))
                .expectEvents(refused("r-2", 1, 1, "BACKORDERS_FIRST"));
    }

    @Test
    void thoseWhoWaitAreServedEvenIfTheProductAllowsNoMoreBackorders() {
        fixture.given(BACKORDERABLE, backordered("r-1", 2), new StockPolicyChanged(TEA, false, 0, 2))
                .when(new ReceiveStock(TEA, "receipt-1", 2, "main"))
                .expectEvents(received("receipt-1", 2, "main"), filled("r-1", 2));
    }

    @Test
    void servesInTheOrderOfAskingAsFarAsItGoes() {
        fixture.given(BACKORDERABLE, backordered("r-2", 2), backordered("r-1", 3), backordered("r-3", 1))
                .when(new ReceiveStock(TEA, "receipt-1", 5, "main"))
                .expectEvents(received("receipt-1", 5, "main"), filled("r-2", 2), filled("r-1", 3));
    }

    @Test
    void whoCannotBeServedYetKeepsTheOthersWaiting() {
        fixture.given(BACKORDERABLE, backordered("r-1", 3), backordered("r-2", 1))
                .when(new ReceiveStock(TEA, "receipt-1", 2, "main"))
                .expectEvents(received("receipt-1", 2, "main"));
    }

    @Test
    void whatIsFoundServesTheQueue() {
        fixture.given(BACKORDERABLE, backordered("r-1", 2))
                .when(new AdjustStock(TEA, "adjustment-1", 2, "found", "main"))
                .expectEvents(new StockAdjusted(TEA, "adjustment-1", 2, "found", "main"), filled("r-1", 2));
    }

    @Test
    void whatIsCountedServesTheQueue() {
        fixture.given(BACKORDERABLE, backordered("r-1", 2))
                .when(new CountStock(TEA, "count-1", 2, "yearly count", "main"))
                .expectEvents(new StockCounted(TEA, "count-1", 2, 2, "yearly count", "main"), filled("r-1", 2));
    }

    @Test
    void whatComesBackServesTheQueue() {
        fixture.given(BACKORDERABLE, backordered("r-1", 2))
                .when(new ReturnStock(TEA, "return-1", "order-8", 2, 0, "main"))
                .expectEvents(new StockReturned(TEA, "return-1", "order-8", 2, 0, "main"), filled("r-1", 2));
    }

    @Test
    void whatIsReleasedServesTheQueue() {
        fixture.given(BACKORDERABLE, received("receipt-1", 6, "main"), reserved("r-1", 6), backordered("r-2", 6))
                .when(release("r-1"))
                .expectEvents(released("r-1", 6), filled("r-2", 6));
    }

    @Test
    void whatIsReducedServesTheQueue() {
        fixture.given(BACKORDERABLE, received("receipt-1", 6, "main"), reserved("r-1", 6), backordered("r-2", 2))
                .when(reduce("r-1", "reduction-1", 2))
                .expectEvents(reduced("r-1", "reduction-1", 2), filled("r-2", 2));
    }

    @Test
    void whatIsUndoneServesTheQueue() {
        fixture.given(
                        BACKORDERABLE,
                        received("receipt-1", 6, "main"),
                        reserved("r-1", 3),
                        extended("r-1", "amendment-1", 3),
                        backordered("r-2", 3))
                .when(undo("r-1", "amendment-1"))
                .expectEvents(undone("r-1", "amendment-1", 3), filled("r-2", 3));
    }

    @Test
    void whoLeavesTheQueueLetsTheNextOneIn() {
        fixture.given(BACKORDERABLE, received("receipt-1", 1, "main"), backordered("r-1", 2), backordered("r-2", 1))
                .when(release("r-1"))
                .expectEvents(new BackorderReduced(TEA, "r-1", "order-7", 2), released("r-1", 0), filled("r-2", 1));
    }

    @Test
    void whoWaitsForLessMayBeServedAtOnce() {
        fixture.given(BACKORDERABLE, received("receipt-1", 1, "main"), backordered("r-1", 2))
                .when(reduce("r-1", "reduction-1", 1))
                .expectEvents(
                        new BackorderReduced(TEA, "r-1", "order-7", 1),
                        reduced("r-1", "reduction-1", 0),
                        filled("r-1", 1));
    }

    @Test
    void whatWasServedIsHeld() {
        fixture.given(BACKORDERABLE, backordered("r-1", 2), received("receipt-1", 2, "main"), filled("r-1", 2))
                .when(commit("r-1", "shipment-1", 2))
                .expectEvents(committed("r-1", "shipment-1", 2));
    }

    // Changes of a reservation.

    @Test
    void extendsAReservation() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                .when(extend("r-1", "amendment-1", 4))
                .expectEvents(extended("r-1", "amendment-1", 4));
    }

    @Test
    void extendsWhatIsNotReservedYet() {
        fixture.given(received("receipt-1", 10, "main"))
                .when(extend("r-1", "amendment-1", 4))
                .expectEvents(extended("r-1", "amendment-1", 4));
    }

    @Test
    void extendsWhatWasReducedToNothing() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), reduced("r-1", "amendment-1", 6))
                .when(extend("r-1", "amendment-2", 4))
                .expectEvents(extended("r-1", "amendment-2", 4));
    }

    @Test
    void sameExtensionAgainIsQuiet() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), extended("r-1", "amendment-1", 4))
                .when(extend("r-1", "amendment-1", 4)));
    }

    @Test
    void sameExtensionAgainIsQuietThoughAllHasShipped() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        extended("r-1", "amendment-1", 4),
                        committed("r-1", "shipment-1", 4))
                .when(extend("r-1", "amendment-1", 4)));
    }

    @Test
    void refusesAnExtensionThatThereIsNotEnoughFor() {
        fixture.given(BACKORDERABLE, received("receipt-1", 10, "main"), reserved("r-1", 6))
                .when(extend("r-1", "amendment-1", 5))
                .expectEvents(new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 5, 4, "OUT_OF_STOCK"));
    }

    @Test
    void anExtensionDoesNotJumpTheQueue() {
        fixture.given(BACKORDERABLE, received("receipt-1", 10, "main"), reserved("r-1", 6), backordered("r-2", 5))
                .when(extend("r-1", "amendment-1", 1))
                .expectEvents(new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 1, 4, "BACKORDERS_FIRST"));
    }

    @Test
    void aReleasedReservationCannotBeExtendedLate() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), released("r-1", 6))
                .when(extend("r-1", "amendment-1", 1))
                .expectEvents(new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 1, 10, "RESERVATION_CLOSED"));
    }

    @Test
    void aRefusedExtensionAskedAgainStaysQuiet() {
        isQuiet(fixture.given(
                        new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 5, 4, "OUT_OF_STOCK"),
                        received("receipt-1", 10, "main"))
                .when(extend("r-1", "amendment-1", 5)));
    }

    @Test
    void undoesAnExtension() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), extended("r-1", "amendment-1", 4))
                .when(undo("r-1", "amendment-1"))
                .expectEvents(undone("r-1", "amendment-1", 4));
    }

    @Test
    void undoingTwiceIsQuiet() {
        isQuiet(fixture.given(
                        received("receipt-1", 10, "main"),
                        reserved("r-1", 6),
                        extended("r-1", "amendment-1", 4),
                        undone("r-1", "amendment-1", 4))
                .when(undo("r-1", "amendment-1")));
    }

    @Test
    void undoingARefusedExtensionIsQuiet() {
        isQuiet(fixture.given(new ExtensionRefused(TEA, "r-1", "order-7", "amendment-1", 5, 4, "OUT_OF_STOCK"))
                .when(undo("r-1", "amendment-1")));
    }

    @Test
    void anExtensionThatWasUndoneBeforeItCameIsNotMade() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                .when(undo("r-1", "amendment-1"))
                .expectEvents(undone("r-1", "amendment-1", 0));
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), undone("r-1", "amendment-1", 0))
                .when(extend("r-1", "amendment-1", 4)));
        isQuiet(fixture.given(received("receipt-1", 10, "main"), undone("r-1", "amendment-1", 0))
                .when(extend("r-1", "amendment-1", 4)));
    }

    @Test
    void undoingAnExtensionLeavesTheOtherExtensions() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        extended("r-1", "amendment-1", 2),
                        extended("r-1", "amendment-2", 3),
                        undone("r-1", "amendment-1", 2))
                .when(undo("r-1", "amendment-2"))
                .expectEvents(undone("r-1", "amendment-2", 3));
    }

    @Test
    void reducesAReservation() {
        fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                .when(reduce("r-1", "reduction-1", 4))
                .expectEvents(reduced("r-1", "reduction-1", 4));
    }

    @Test
    void aReductionLeavesTheRestAtAsFewLocationsAsPossible() {
        fixture.given(
                        received("receipt-1", 2, "main"),
                        received("receipt-2", 5, "annex"),
                        reserved("r-1", 7, main(2), new Allocation("annex", 5)))
                .when(reduce("r-1", "reduction-1", 3))
                .expectEvents(new ReservationReduced(
                        TEA, "r-1", "order-7", "reduction-1", 3, List.of(main(2), new Allocation("annex", 1))));
    }

    @Test
    void reducingTwiceIsQuiet() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), reduced("r-1", "reduction-1", 4))
                .when(reduce("r-1", "reduction-1", 4)));
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), reduced("r-1", "reduction-1", 6))
                .when(reduce("r-1", "reduction-1", 6)));
    }

    @Test
    void reducingWhatIsWaitedForTwiceIsQuiet() {
        isQuiet(fixture.given(
                        BACKORDERABLE,
                        backordered("r-1", 3),
                        new BackorderReduced(TEA, "r-1", "order-7", 1),
                        reduced("r-1", "reduction-1", 0))
                .when(reduce("r-1", "reduction-1", 1)));
    }

    @Test
    void reducingWhatWasReleasedIsQuiet() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), released("r-1", 6))
                .when(reduce("r-1", "reduction-1", 4)));
    }

    @Test
    void cannotReduceByMoreThanThereIs() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6))
                        .when(reduce("r-1", "reduction-1", 7)),
                "RESERVATION_TOO_SMALL");
    }

    @Test
    void cannotReduceWhatWasNeverReserved() {
        isRefused(
                fixture.given(received("receipt-1", 10, "main")).when(reduce("r-1", "reduction-1", 1)),
                "RESERVATION_NOT_FOUND");
    }

    @Test
    void aReservationThatWasReducedToNothingCannotBeMadeLate() {
        isQuiet(fixture.given(received("receipt-1", 10, "main"), reserved("r-1", 6), reduced("r-1", "reduction-1", 6))
                .when(reserve("r-1", 6)));
    }

    // Events from before goods left in parts.

    @Test
    void anOldCommitmentTookAllThatWasHeld() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        new StockReserved(TEA, "r-1", "order-7", 6, List.of(main(6)), null),
                        new StockCommitted(TEA, "r-1", "order-7", 6, "r-1", List.of()))
                .when(reserve("r-2", 5))
                .expectEvents(refused("r-2", 5, 4, "OUT_OF_STOCK"));
    }

    @Test
    void anOldReleaseGaveBackAllThatWasHeld() {
        fixture.given(
                        received("receipt-1", 10, "main"),
                        new StockReserved(TEA, "r-1", "order-7", 6, List.of(main(6)), null),
                        new StockReleased(TEA, "r-1", "order-7", 6, List.of()))
                .when(reserve("r-2", 10))
                .expectEvents(reserved("r-2", 10));
    }

    private static StockReceived received(String receiptId, int quantity, String location) {
        return new StockReceived(TEA, receiptId, quantity, location);
    }

    private static StockReserved reserved(String id, int quantity, Allocation... allocations) {
        return new StockReserved(TEA, id, "order-7", quantity, List.of(allocations), DEADLINE);
    }

    private static StockReserved reserved(String id, int quantity) {
        return reserved(id, quantity, main(quantity));
    }

    private static StockReleased released(String id, int quantity) {
        return new StockReleased(TEA, id, "order-7", quantity, quantity == 0 ? List.of() : List.of(main(quantity)));
    }

    private static StockBackordered backordered(String id, int quantity) {
        return new StockBackordered(TEA, id, "order-7", quantity);
    }

    private static BackorderFilled filled(String id, int quantity) {
        return new BackorderFilled(TEA, id, "order-7", quantity, List.of(main(quantity)));
    }

    private static ReservationExtended extended(String id, String extensionId, int quantity) {
        return new ReservationExtended(TEA, id, "order-7", extensionId, quantity, List.of(main(quantity)));
    }

    private static ExtensionUndone undone(String id, String extensionId, int quantity) {
        return new ExtensionUndone(
                TEA, id, "order-7", extensionId, quantity, quantity == 0 ? List.of() : List.of(main(quantity)));
    }

    private static ReservationReduced reduced(String id, String reductionId, int quantity) {
        return new ReservationReduced(
                TEA, id, "order-7", reductionId, quantity, quantity == 0 ? List.of() : List.of(main(quantity)));
    }

    private static StockCommitted committed(String id, String shipmentId, int quantity) {
        return new StockCommitted(TEA, id, "order-7", quantity, shipmentId, List.of(main(quantity)));
    }

    private static StockReservationRefused refused(String id, int quantity, int available, String reason) {
        return new StockReservationRefused(TEA, id, "order-7", quantity, available, reason);
    }

    private static Allocation main(int quantity) {
        return new Allocation("main", quantity);
    }

    private static ReserveStock reserve(String id, int quantity) {
        return new ReserveStock(TEA, id, "order-7", quantity, DEADLINE);
    }

    private static ReleaseStock release(String id) {
        return new ReleaseStock(TEA, id, "order-7");
    }

    private static ExtendReservation extend(String id, String extensionId, int quantity) {
        return new ExtendReservation(TEA, id, "order-7", extensionId, quantity);
    }

    private static UndoExtension undo(String id, String extensionId) {
        return new UndoExtension(TEA, id, "order-7", extensionId);
    }

    private static ReduceReservation reduce(String id, String reductionId, int quantity) {
        return new ReduceReservation(TEA, id, "order-7", reductionId, quantity);
    }

    private static CommitStock commit(String id, String shipmentId, int quantity) {
        return new CommitStock(TEA, id, "order-7", shipmentId, quantity);
    }

    private static void isQuiet(ResultValidator<StockItem> result) {
        result.expectSuccessfulHandlerExecution().expectNoEvents();
    }

    private static void isRefused(ResultValidator<StockItem> result, String code) {
        result.expectNoEvents()
                .expectExceptionDetails(matches((Fault fault) -> fault.code().equals(code)));
    }
}
