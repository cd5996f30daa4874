package io.waybill.payment.view;

import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.messages.payment.PaymentQuery.FindPayment;
import io.waybill.messages.payment.PaymentQuery.FindPaymentsOfOrder;
import io.waybill.messages.payment.PaymentQuery.PaymentList;
import io.waybill.messages.payment.PaymentQuery.PaymentView;
import java.time.Instant;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.queryhandling.QueryHandler;
import org.jspecify.annotations.Nullable;

/**
 * One document per payment. The processor and the collection are called otherwise than when a payment had one
 * authorization, so that the documents are made anew from all events.
 */
@Projection
@ProcessingGroup("payment-pages")
class PaymentViews {

    private static final String ORDER_ID = "view.orderId";
    private static final String PAYMENT_ID = "view.paymentId";

    private final ViewStore<PaymentPage> payments;

    PaymentViews(MongoDatabase database) {
        payments = new ViewStore<>(database, "paymentPages", PaymentPage.class);
        payments.index(ascending(ORDER_ID, PAYMENT_ID));
    }

    @EventHandler
    void on(PaymentEvent event, TrackingToken token, @SequenceNumber long sequence, @Timestamp Instant at) {
        payments.fold(event.paymentId(), Positions.of(token), sequence, page -> PaymentFold.fold(page, event, at));
    }

    @QueryHandler
    @Nullable
    PaymentView handle(FindPayment query) {
        @Nullable PaymentPage page = payments.find(query.paymentId());
        return page == null ? null : page.view();
    }

    @QueryHandler
    PaymentList handle(FindPaymentsOfOrder query) {
        return new PaymentList(payments.find(eq(ORDER_ID, query.orderId()), ascending(PAYMENT_ID), 0).stream()
                .map(PaymentPage::view)
                .toList());
    }
}
