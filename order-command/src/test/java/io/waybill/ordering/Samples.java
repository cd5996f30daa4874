package io.waybill.ordering;

import io.waybill.messages.Money;
import io.waybill.messages.order.Address;
import io.waybill.messages.order.OrderCommand.PlaceOrder;
import io.waybill.messages.order.OrderEvent.OrderPlaced;
import io.waybill.messages.order.OrderLine;
import java.util.List;

/** One order, as it is asked for and as it is placed. */
final class Samples {

    static final String ORDER = "0192f0c1-7a3e-7c55-9d2e-5f1d3c7b9a10";
    static final Address ADDRESS =
            new Address("Ada Lovelace", "12 St James's Square", null, "SW1Y 4JH", "London", "GB");
    static final OrderLine TEA = new OrderLine("TEA-500", 2, new Money(1250, "EUR"));
    static final OrderLine CUP = new OrderLine("CUP-1", 3, new Money(999, "EUR"));

    static final PlaceOrder PLACE = place(TEA, CUP);
    static final OrderPlaced PLACED =
            new OrderPlaced(ORDER, "customer-7", List.of(TEA, CUP), new Money(5497, "EUR"), ADDRESS, "tok_ok");

    private Samples() {}

    static PlaceOrder place(OrderLine... lines) {
        return new PlaceOrder(ORDER, "customer-7", List.of(lines), ADDRESS, "tok_ok");
    }
}
