package io.waybill.benchmarks;

import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.inventory.StockEvent.StockCommitted;
import io.waybill.messages.inventory.StockEvent.StockReceived;
import io.waybill.messages.inventory.StockEvent.StockReservationRefused;
import io.waybill.messages.inventory.StockEvent.StockReserved;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Goes through the events of a SKU in their order, the only one in which the reservations can be said to have come. */
final class StockCheck {

    private StockCheck() {}

    /**
     * Checks that nothing was sold twice or refused without need.
     *
     * @param before how many of the events were there before
     * @param asked the reservations that were asked for since; each has to have one answer
     * @throws RunFailedException at the first fault
     */
    static void check(List<StockEvent> events, int before, Set<String> asked) {
        Set<String> open = new HashSet<>(asked);
        int available = 0;
        int index = 0;
        for (StockEvent event : events) {
            boolean answer = index++ >= before;
            switch (event) {
                case StockReceived received -> available += received.quantity();
                case StockReserved reserved -> {
                    available -= reserved.quantity();
                    require(!answer || open.remove(reserved.reservationId()), "A second or a foreign answer", event);
                }
                case StockReservationRefused refused -> {
                    require(answer && open.remove(refused.reservationId()), "A second or a foreign answer", event);
                    require(refused.available() == available, "Refused by a wrong count", event);
                    require(refused.quantity() > available, "Refused though there was enough", event);
                }
                case StockCommitted committed -> require(!answer, "Nobody asked for it", event);
                default -> require(false, "Nobody asked for it", event);
            }
            require(available >= 0, "Oversold", event);
        }
        if (!open.isEmpty()) {
            throw new RunFailedException(open.size() + " reservations were answered, but have no event: "
                    + open.iterator().next());
        }
    }

    private static void require(boolean holds, String fault, StockEvent event) {
        if (!holds) {
            throw new RunFailedException(fault + ": " + event);
        }
    }
}
