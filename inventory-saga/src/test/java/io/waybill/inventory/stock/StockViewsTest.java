package io.waybill.inventory.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.Allocation;
import io.waybill.messages.inventory.StockEvent.StockAdjusted;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReleased;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import io.waybill.messages.inventory.StockQuery.StockLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StockViewsTest {

    private static final StockReceived RECEIVED = new StockReceived("TEA-500", "receipt-1", 10, "main");
    private static final StockReserved RESERVED =
            new StockReserved("TEA-500", "r-1", "order-7", 6, List.of(new Allocation("main", 6)));

    @Test
    void receivedPiecesAreAvailable() {
        assertThat(after(RECEIVED)).isEqualTo(new StockLevel("TEA-500", 10, 0, 10));
    }

    @Test
    void adjustmentsMoveWhatIsOnHand() {
        assertThat(after(RECEIVED, new StockAdjusted("TEA-500", "adjustment-1", -3, "damaged", "main")))
                .isEqualTo(new StockLevel("TEA-500", 7, 0, 7));
    }

    @Test
    void reservedPiecesStayOnHand() {
        assertThat(after(RECEIVED, RESERVED)).isEqualTo(new StockLevel("TEA-500", 10, 6, 4));
    }

    @Test
    void releasedPiecesAreAvailableAgain() {
        assertThat(after(RECEIVED, RESERVED, new StockReleased("TEA-500", "r-1", "order-7", 6)))
                .isEqualTo(new StockLevel("TEA-500", 10, 0, 10));
    }

    @Test
    void committedPiecesLeave() {
        assertThat(after(RECEIVED, RESERVED, new StockCommitted("TEA-500", "r-1", "order-7", 6)))
                .isEqualTo(new StockLevel("TEA-500", 4, 0, 4));
    }

    @Test
    void refusalOfAnUnknownSkuShowsNothingOnHand() {
        assertThat(after(new StockReservationRefused("TEA-500", "r-1", "order-7", 1, 0, "OUT_OF_STOCK")))
                .isEqualTo(new StockLevel("TEA-500", 0, 0, 0));
    }

    private static @Nullable StockLevel after(StockEvent... events) {
        @Nullable StockLevel level = null;
        for (StockEvent event : events) {
            level = StockViews.fold(level, event);
        }
        return level;
    }
}
