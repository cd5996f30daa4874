package io.waybill.payment.reconciliation;

import io.waybill.messages.order.OrderDetails;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.PaymentEvent;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.reconciliation.ExpectedPayment.Authorization;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventsourcing.eventstore.DomainEventStream;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;

/**
 * Looks at one payment while the shop is open. No read model is trusted: our side is folded from the event store itself,
 * before the other side is asked, and the look counts only if nothing was added to it meanwhile. Whatever we ask of the
 * provider is an event before the provider hears of it, so what such a look cannot explain is not under way.
 */
final class Examination {

    /** A payment to which things happen faster than they can be looked at is left to the next reconciliation. */
    private static final int MAX_LOOKS = 3;

    private static final long NO_EVENT = -1;

    private final PaymentProvider.Calls calls;
    private final EventStore eventStore;
    private final Function<String, @Nullable OrderDetails> orders;
    private final Duration grace;
    private final Clock clock;

    /**
     * @param orders finds an order by its ID
     * @param grace for so long an answer may be out, and an order and its payment apart
     */
    Examination(
            PaymentProvider.Calls calls,
            EventStore eventStore,
            Function<String, @Nullable OrderDetails> orders,
            Duration grace,
            Clock clock) {
        this.calls = calls;
        this.eventStore = eventStore;
        this.orders = orders;
        this.grace = grace;
        this.clock = clock;
    }

    /** What waits for an answer since before this moment has waited for too long. */
    Instant patience() {
        return clock.instant().minus(grace);
    }

    /**
     * What disagrees about an authorization; empty if that cannot be said now.
     *
     * @param asked the authorization; what our own events say of it comes before what is said of it here
     * @throws PaymentProvider.ProviderUnreachable if the provider does not answer; as {@link PaymentProvider.Calls} does, if
     *     it is not asked
     */
    Optional<Look> lookAt(AuthorizationCall asked) {
        for (int look = 0; look < MAX_LOOKS; look++) {
            History history = history(asked.paymentId());
            Optional<Authorization> ours = history.payment().flatMap(one -> one.authorization(asked.authorizationId()));
            AuthorizationCall call = history.payment().isPresent() && ours.isPresent()
                    ? history.payment().get().call(ours.get())
                    : asked;
            Authorization expected = ours.orElse(Authorization.unknown(asked.authorizationId()));
            Optional<LedgerEntry> entry = calls.call(provider -> provider.find(call));
            if (history.isStill(eventStore)) {
                return Optional.of(new Look(
                        call,
                        ours.isPresent(),
                        expected,
                        entry,
                        Comparison.withProvider(call, expected, entry.orElse(null), patience())));
            }
        }
        return Optional.empty();
    }

    /** The same as of {@link #compareWithOrder(String)}, after a glance at read models that mostly answers it. */
    Optional<List<Finding>> compareWithOrder(ExpectedPayment payment) {
        if (!payment.isQuietSince(patience())) {
            return Optional.empty();
        }
        return Comparison.withOrder(payment, orders.apply(payment.orderId())).isEmpty()
                ? Optional.of(List.of())
                : compareWithOrder(payment.paymentId());
    }

    /**
     * What disagrees between a payment and its order; empty if that cannot be said now, because what happened to one of
     * them may still be on its way to the other or to the read model.
     */
    Optional<List<Finding>> compareWithOrder(String paymentId) {
        History history = history(paymentId);
        if (history.payment().isEmpty() || !history.payment().get().isQuietSince(patience())) {
            return Optional.empty();
        }
        ExpectedPayment payment = history.payment().get();
        @Nullable OrderDetails order = orders.apply(payment.orderId());
        return isSettled(payment.orderId(), order) && history.isStill(eventStore)
                ? Optional.of(Comparison.withOrder(payment, order))
                : Optional.empty();
    }

    private boolean isSettled(String orderId, @Nullable OrderDetails order) {
        Optional<Long> lastEvent = eventStore.lastSequenceNumberFor(orderId);
        return order == null
                ? lastEvent.isEmpty()
                : lastEvent.equals(Optional.of(order.version()))
                        && order.updatedAt().isBefore(patience());
    }

    /** An authorization as it is seen from both sides at one moment. */
    record Look(
            AuthorizationCall subject,
            boolean known,
            Authorization expected,
            Optional<LedgerEntry> entry,
            List<Finding> findings) {

        Optional<Finding> finding(DiscrepancyKind kind) {
            return findings.stream().filter(one -> one.kind() == kind).findFirst();
        }
    }

    /** A payment after its last event. */
    private record History(String paymentId, Optional<ExpectedPayment> payment, long version) {

        boolean isStill(EventStore eventStore) {
            return eventStore.lastSequenceNumberFor(paymentId).orElse(NO_EVENT) == version;
        }
    }

    private History history(String paymentId) {
        @Nullable ExpectedPayment payment = null;
        long version = NO_EVENT;
        // From the first event, because a snapshot would be one of the aggregate.
        DomainEventStream events = eventStore.readEvents(paymentId, 0);
        while (events.hasNext()) {
            DomainEventMessage<?> event = events.next();
            payment = ExpectedPayment.fold(payment, (PaymentEvent) event.getPayload(), event.getTimestamp());
            version = event.getSequenceNumber();
        }
        return new History(paymentId, Optional.ofNullable(payment), version);
    }
}
