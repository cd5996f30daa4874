package io.waybill.inventory.checkout;

import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_CONFIRMED;
import static io.waybill.inventory.checkout.Samples.CANCELLED_FROM_PLACED;
import static io.waybill.inventory.checkout.Samples.CANCEL_PAYMENT;
import static io.waybill.inventory.checkout.Samples.ORDER;
import static io.waybill.inventory.checkout.Samples.RELEASE_CUP;
import static io.waybill.inventory.checkout.Samples.RELEASE_TEA;
import static io.waybill.inventory.checkout.Samples.SETTLE_PAYMENT;
import static io.waybill.inventory.checkout.Samples.pieces;
import static io.waybill.inventory.checkout.Samples.reservation;
import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.inventory.checkout.OrderProcess.WaitsFor;
import io.waybill.messages.inventory.StockCommand.ReduceReservation;
import io.waybill.messages.inventory.StockCommand.ReleaseStock;
import io.waybill.messages.order.OrderEvent.RestCancelled;
import java.util.List;
import org.junit.jupiter.api.Test;

class CancellationSagaTest {

    private static final String CANCELLATION = "cancellation-1";
    private static final RestCancelled REST_CANCELLED = restCancelled(CANCELLATION, true);
    private static final ReduceReservation REDUCE_CUP =
            new ReduceReservation("CUP", reservation("CUP"), ORDER, CANCELLATION, 2);

    private final ProcessFixture<CancellationSaga> cancellation = new ProcessFixture<>(CancellationSaga.class);

    @Test
    void undoesAConfirmedOrderAndIsOver() {
        cancellation
                .given()
                .whenPublishingA(CANCELLED_FROM_CONFIRMED)
                .expectDispatchedCommands(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void leavesAnOrderInCheckoutToItsSaga() {
        cancellation
                .given()
                .whenPublishingA(CANCELLED_FROM_PLACED)
                .expectNoDispatchedCommands()
                .expectActiveSagas(0);
    }

    @Test
    void givesTheRestBackAndSettlesIfNothingIsLeftToBeShipped() {
        cancellation
                .given()
                .whenPublishingA(REST_CANCELLED)
                .expectDispatchedCommands(REDUCE_CUP, SETTLE_PAYMENT)
                .expectActiveSagas(0);
    }

    @Test
    void leavesThePaymentOpenForShipmentsThatAreOnTheirWay() {
        cancellation
                .given()
                .whenPublishingA(restCancelled(CANCELLATION, false))
                .expectDispatchedCommands(REDUCE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void deliveredAgainAsksForTheSameAgain() {
        cancellation.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List.of(CANCELLED_FROM_CONFIRMED));
        cancellation.deliveredAgainFromTheStartAsksForTheSameAndEndsAgain(List.of(REST_CANCELLED));
    }

    @Test
    void isSeenOnceACommandWasRefusedAndOverWhenARetrySucceeds() {
        cancellation.refusing(ReleaseStock.class);
        cancellation
                .given()
                .whenPublishingA(CANCELLED_FROM_CONFIRMED)
                .expectPublishedEvents(
                        cancellation.stalledBy(ReleaseStock.class), cancellation.stalledBy(ReleaseStock.class))
                .expectActiveSagas(1);
        assertThat(cancellation.view().processId()).isEqualTo(ORDER);
        assertThat(cancellation.view().waitsFor()).isEqualTo(WaitsFor.OPERATOR);
        cancellation.axon().whenPublishingA(CANCELLED_FROM_CONFIRMED).expectNoDispatchedCommands();
        cancellation.refusingNothing();

        cancellation
                .whenRetried()
                .expectDispatchedCommands(CANCEL_PAYMENT, RELEASE_TEA, RELEASE_CUP)
                .expectActiveSagas(0);
    }

    @Test
    void twoCancellationsOfOneOrderThatWereRefusedWaitSideBySide() {
        cancellation.refusing(ReduceReservation.class);
        cancellation
                .given(REST_CANCELLED)
                .whenPublishingA(restCancelled("cancellation-2", true))
                .expectActiveSagas(2);
        assertThat(cancellation.view().processId()).isEqualTo("cancellation-2");

        cancellation.whenResolved().expectNoDispatchedCommands().expectActiveSagas(1);
    }

    private static RestCancelled restCancelled(String cancellationId, boolean complete) {
        return new RestCancelled(ORDER, cancellationId, "too late", List.of(pieces(2, "CUP")), complete);
    }
}
