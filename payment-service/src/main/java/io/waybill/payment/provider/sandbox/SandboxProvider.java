package io.waybill.payment.provider.sandbox;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;
import static com.mongodb.client.model.Updates.setOnInsert;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.model.UpdateOptions;
import io.waybill.chassis.mongo.Databases;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.PaymentProvider.Authorization.Approved;
import io.waybill.payment.provider.PaymentProvider.Authorization.Declined;
import io.waybill.payment.provider.PaymentProvider.Authorization.Pending;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * A provider that does what its tokens say. Its ledger is a database of its own: what it holds is the provider's
 * knowledge, which no replay of our events could bring back.
 *
 * <table>
 * <caption>Tokens</caption>
 * <tr><td>{@code tok_ok}</td><td>approved</td></tr>
 * <tr><td>{@code tok_declined}, {@code tok_insufficient_funds}</td><td>declined</td></tr>
 * <tr><td>{@code tok_timeout}</td><td>approved, but the call times out</td></tr>
 * <tr><td>{@code tok_timeout_lost}</td><td>the call times out before it reaches the ledger</td></tr>
 * <tr><td>{@code tok_3ds}</td><td>waits for the customer</td></tr>
 * <tr><td>{@code tok_capture_fails}</td><td>approved, but the capture is refused</td></tr>
 * </table>
 *
 * Any other token is declined as unknown.
 */
@Component
class SandboxProvider implements PaymentProvider {

    private enum Entry {
        APPROVED,
        DECLINED,
        PENDING,
        CAPTURED,
        VOIDED,
        REFUNDED
    }

    private static final String CAPTURE_FAILS = "tok_capture_fails";

    private final MongoCollection<Document> ledger;

    SandboxProvider(Databases databases) {
        ledger = databases.open("sandbox_provider").getCollection("ledger");
    }

    @Override
    public Authorization authorize(String paymentId, Money amount, String paymentToken) {
        return switch (paymentToken) {
            case "tok_ok", CAPTURE_FAILS -> enter(paymentId, amount, paymentToken, Entry.APPROVED, null);
            case "tok_declined" -> enter(paymentId, amount, paymentToken, Entry.DECLINED, "DECLINED");
            case "tok_insufficient_funds" ->
                enter(paymentId, amount, paymentToken, Entry.DECLINED, "INSUFFICIENT_FUNDS");
            case "tok_3ds" -> enter(paymentId, amount, paymentToken, Entry.PENDING, null);
            case "tok_timeout" -> {
                enter(paymentId, amount, paymentToken, Entry.APPROVED, null);
                throw new ProviderTimeout("The sandbox took the call and kept the answer, as its token says.");
            }
            case "tok_timeout_lost" -> throw new ProviderTimeout("The sandbox lost the call, as its token says.");
            default -> enter(paymentId, amount, paymentToken, Entry.DECLINED, "UNKNOWN_TOKEN");
        };
    }

    @Override
    public Optional<Authorization> findAuthorization(String paymentId) {
        return Optional.ofNullable(ledger.find(eq(paymentId)).first()).map(SandboxProvider::authorization);
    }

    @Override
    public Optional<String> capture(String paymentId, Money amount) {
        Document entry = entry(paymentId);
        if (CAPTURE_FAILS.equals(entry.getString("token"))) {
            return Optional.of("CAPTURE_REFUSED");
        }
        // What was given back was captured before: it is asked for again by a request that is carried twice.
        if (!Entry.REFUNDED.name().equals(entry.getString("state"))) {
            move(paymentId, List.of(Entry.APPROVED, Entry.CAPTURED), Entry.CAPTURED);
        }
        return Optional.empty();
    }

    @Override
    public void voidAuthorization(String paymentId) {
        // What was never asked for is entered as voided, so that a call that comes late finds the door shut.
        ledger.updateOne(eq(paymentId), setOnInsert("state", Entry.VOIDED.name()), new UpdateOptions().upsert(true));
        if (!Entry.DECLINED.name().equals(entry(paymentId).getString("state"))) {
            move(paymentId, List.of(Entry.APPROVED, Entry.PENDING, Entry.VOIDED), Entry.VOIDED);
        }
    }

    @Override
    public void refund(String paymentId, Money amount) {
        move(paymentId, List.of(Entry.CAPTURED, Entry.REFUNDED), Entry.REFUNDED);
    }

    /** Enters an authorization unless one of this key is there already, which then counts. */
    private Authorization enter(String paymentId, Money amount, String token, Entry state, @Nullable String reason) {
        ledger.updateOne(
                eq(paymentId),
                combine(
                        setOnInsert("reference", "sandbox-" + paymentId),
                        setOnInsert("minor", amount.minor()),
                        setOnInsert("currency", amount.currency()),
                        setOnInsert("token", token),
                        setOnInsert("state", state.name()),
                        setOnInsert("reason", reason)),
                new UpdateOptions().upsert(true));
        return authorization(entry(paymentId));
    }

    private void move(String paymentId, List<Entry> from, Entry to) {
        long matched = ledger.updateOne(
                        and(
                                eq(paymentId),
                                in("state", from.stream().map(Entry::name).toList())),
                        set("state", to.name()))
                .getMatchedCount();
        if (matched == 0) {
            throw new IllegalStateException("The sandbox cannot make "
                    + entry(paymentId).getString("state") + " into " + to + " for payment " + paymentId);
        }
    }

    private Document entry(String paymentId) {
        @Nullable Document entry = ledger.find(eq(paymentId)).first();
        if (entry == null) {
            throw new IllegalStateException("The sandbox was never asked for payment " + paymentId);
        }
        return entry;
    }

    private static Authorization authorization(Document entry) {
        return switch (Entry.valueOf(entry.getString("state"))) {
            case DECLINED -> new Declined(entry.getString("reason"));
            case PENDING -> new Pending();
            case VOIDED -> new Declined("VOIDED");
            case APPROVED, CAPTURED, REFUNDED -> new Approved(entry.getString("reference"));
        };
    }
}
