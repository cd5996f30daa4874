package io.waybill.payment.reconciliation;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.gte;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Sorts.ascending;

import com.mongodb.client.MongoDatabase;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.messages.payment.PaymentEvent;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.SequenceNumber;
import org.axonframework.eventhandling.Timestamp;
import org.axonframework.eventhandling.TrackingToken;
import org.bson.conversions.Bson;

/** Our side of the provider's ledger: one document per payment. */
@Projection
@ProcessingGroup("expected-ledger")
class ExpectedLedger {

    private static final String ID = "_id";

    private final ViewStore<ExpectedPayment> payments;

    ExpectedLedger(MongoDatabase database) {
        payments = new ViewStore<>(database, "expectedLedger", ExpectedPayment.class);
    }

    @EventHandler
    void on(PaymentEvent event, TrackingToken token, @SequenceNumber long sequence, @Timestamp Instant at) {
        payments.fold(
                event.paymentId(), Positions.of(token), sequence, payment -> ExpectedPayment.fold(payment, event, at));
    }

    /** Payments that changed since, in the order of their IDs; the first page is the one after the empty string. */
    List<ExpectedPayment> page(Instant since, String after, int limit) {
        return payments.find(and(gt(ID, after), changed(since)), ascending(ID), limit);
    }

    /** How many payments changed since. */
    long count(Instant since) {
        return payments.count(changed(since));
    }

    /** These payments, as far as we know of them, by their IDs. */
    Map<String, ExpectedPayment> find(Collection<String> paymentIds) {
        return payments.find(in(ID, paymentIds), ascending(ID), 0).stream()
                .collect(Collectors.toMap(ExpectedPayment::paymentId, Function.identity()));
    }

    private static Bson changed(Instant since) {
        return gte("view.changedAt", since);
    }
}
