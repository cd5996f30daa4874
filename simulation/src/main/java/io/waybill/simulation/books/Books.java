package io.waybill.simulation.books;

import io.waybill.messages.inventory.ProductEvent;
import io.waybill.messages.inventory.StockEvent;
import io.waybill.messages.order.OrderEvent;
import io.waybill.messages.payment.PaymentEvent;
import java.util.HashSet;
import java.util.Set;

/**
 * The books of goods, money and orders, kept from nothing but a log of events and checked with each of them. They share
 * no line with the aggregates, so that both would have to be wrong alike.
 */
public final class Books {

    private final StockBook stock = new StockBook();
    private final PaymentBook payments;
    private final OrderBook orders;
    private final Set<String> goodwillRefunds = new HashSet<>();

    /** @param provider whose own knowledge has to agree with what is recorded, at the time it is entered */
    public Books(Provider provider) {
        payments = new PaymentBook(provider);
        orders = new OrderBook(payments);
    }

    /**
     * Enters the payload of the next event of the log; what no book is kept of is passed over.
     *
     * @throws Violation if something does not add up after it; the books are of no use from then on
     */
    public void add(Object payload) {
        switch (payload) {
            case ProductEvent event -> stock.add(event);
            case StockEvent event -> stock.add(event);
            case PaymentEvent event -> payments.add(event);
            case OrderEvent event -> orders.add(event);
            default -> {}
        }
    }

    /** Names a refund that somebody asked for. Any other that is not for a return gives back too much. */
    public void goodwill(String refundId) {
        goodwillRefunds.add(refundId);
    }

    /**
     * Checks what must hold once no deadline of a checkout is to come, whether or not the provider can be reached.
     *
     * @throws Violation if a checkout has not ended
     */
    public void checkCheckoutsEnded() {
        orders.checkCheckoutsEnded();
    }

    /**
     * Checks what must hold once nothing is under way: every process has ended, goods that are set aside are those of
     * open orders, and the money kept is for what was shipped and kept.
     *
     * @throws Violation if something is left over
     */
    public void checkQuiet() {
        stock.checkQuiet();
        payments.checkQuiet();
        orders.checkQuiet(stock, goodwillRefunds);
    }

    public StockBook stock() {
        return stock;
    }

    public PaymentBook payments() {
        return payments;
    }

    public OrderBook orders() {
        return orders;
    }
}
