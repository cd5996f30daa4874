package io.waybill.payment.provider.sandbox;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gte;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import io.waybill.messages.Money;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * The sandbox's ledger, in a database of its own: what it holds is the provider's knowledge, which no replay of our
 * events could bring back.
 */
final class SandboxLedger {

    private final MongoCollection<SandboxEntry> entries;

    SandboxLedger(MongoDatabase database) {
        entries = database.getCollection("authorizations", SandboxEntry.class);
        takeOver(database.getCollection("ledger"));
    }

    Optional<SandboxEntry> find(String authorizationId) {
        return Optional.ofNullable(entries.find(eq(authorizationId)).first());
    }

    /** Enters an authorization unless one of this ID is there already, which then counts. */
    SandboxEntry enter(SandboxEntry entry) {
        try {
            entries.insertOne(entry);
            return entry;
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
            return find(entry.authorizationId()).orElseThrow(() -> e);
        }
    }

    /** Changes an entry, again if somebody else changed it meanwhile. */
    SandboxEntry change(String authorizationId, UnaryOperator<SandboxEntry> change) {
        while (true) {
            SandboxEntry before = find(authorizationId)
                    .orElseThrow(() -> new IllegalStateException(
                            "The sandbox was never asked for authorization " + authorizationId));
            SandboxEntry after = change.apply(before);
            if (after.equals(before)
                    || entries.replaceOne(and(eq(authorizationId), eq("version", before.version())), after)
                                    .getMatchedCount()
                            == 1) {
                return after;
            }
        }
    }

    Stream<SandboxEntry> since(Instant start) {
        List<SandboxEntry> found = new ArrayList<>();
        entries.find(gte("entry.createdAt", start)).into(found);
        return found.stream();
    }

    /** Before parcels, an entry was one hold, captured or given back as a whole, under the payment's ID. */
    private void takeOver(MongoCollection<Document> old) {
        for (Document document : old.find()) {
            @Nullable Long minor = document.getLong("minor");
            String id = document.getString("_id");
            Money amount = minor == null ? new Money(0, "XXX") : new Money(minor, document.getString("currency"));
            String state = document.getString("state");
            String token = minor == null ? "" : document.getString("token");
            var call = new AuthorizationCall(id, id, "", amount, token, null, null);
            SandboxEntry entry = SandboxEntry.of(call, State.HELD, null, Instant.EPOCH, null);
            enter(
                    switch (state) {
                        case "PENDING" -> SandboxEntry.of(call, State.PENDING, null, Instant.EPOCH, null);
                        case "APPROVED" -> entry;
                        case "CAPTURED" -> entry.captured(id, amount.minor(), true);
                        case "REFUNDED" ->
                            entry.captured(id, amount.minor(), true).refunded(id, amount.minor());
                        case "DECLINED" -> entry.closed(document.getString("reason"));
                        default -> entry.closed("VOIDED");
                    });
            old.deleteOne(eq(id));
        }
    }
}
