package io.waybill.payment.reconciliation;

import static com.mongodb.client.model.Filters.empty;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.in;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import io.waybill.messages.payment.DiscrepancyKind;
import io.waybill.messages.payment.ReconciliationCommand.ClearDiscrepancy;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.PaymentProvider.AuthorizationCall;
import io.waybill.payment.provider.PaymentProvider.LedgerEntry;
import io.waybill.payment.reconciliation.DiscrepancyQueue.Entry;
import io.waybill.payment.reconciliation.ExpectedPayment.Authorization;
import io.waybill.payment.reconciliation.ReconciliationRuns.Progress;
import io.waybill.payment.reconciliation.ReconciliationRuns.Run;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * Walks through the provider's ledger and through ours, page by page, and reports what disagrees. The pages only say
 * where to look: what they make suspicious is examined by itself before it is reported.
 */
final class Reconciliation {

    /** One read and one write of the store for so many; small enough for memory whatever the books are. */
    private static final int PAGE = 200;

    private final PaymentProvider.Calls calls;
    private final ExpectedLedger ledger;
    private final DiscrepancyQueue queue;
    private final Examination examination;
    private final Repairs repairs;
    private final MongoCollection<Document> seen;
    private final Consumer<Object> commands;

    /** @param commands sends a command and waits until it was carried out */
    Reconciliation(
            PaymentProvider.Calls calls,
            ExpectedLedger ledger,
            DiscrepancyQueue queue,
            Examination examination,
            MongoDatabase database,
            Consumer<Object> commands) {
        this.calls = calls;
        this.ledger = ledger;
        this.queue = queue;
        this.examination = examination;
        this.repairs = new Repairs(calls, examination, commands);
        this.seen = database.getCollection("reconciliationSeen");
        this.commands = commands;
    }

    /**
     * Carries a run out from its beginning.
     *
     * @param goOn is told how far it got, and says whether it is to go on
     * @return what it saw; empty if it was not to go on
     */
    Optional<Progress> carryOut(Run run, Predicate<Progress> goOn) {
        return new Walk(run, goOn).toTheEnd();
    }

    private final class Walk {

        private final Run run;
        private final Predicate<Progress> goOn;
        private final long of;
        private long entries;
        private long checked;
        private long found;

        Walk(Run run, Predicate<Progress> goOn) {
            this.run = run;
            this.goOn = goOn;
            this.of = ledger.count(run.since());
        }

        Optional<Progress> toTheEnd() {
            seen.deleteMany(empty());
            return throughTheirs() && throughOurs() && throughTheQueue() ? Optional.of(progress()) : Optional.empty();
        }

        private Progress progress() {
            return new Progress(entries, checked, of, found);
        }

        private boolean goesOn() {
            return goOn.test(progress());
        }

        private boolean throughTheirs() {
            try (Stream<LedgerEntry> all = calls.call(provider -> provider.ledger(run.since()))) {
                Iterator<LedgerEntry> rest = all.iterator();
                List<LedgerEntry> page = nextPage(rest);
                while (!page.isEmpty()) {
                    Map<String, ExpectedPayment> payments = ledger.find(
                            page.stream().map(LedgerEntry::paymentId).toList());
                    remember(page);
                    for (LedgerEntry entry : page) {
                        if (!goesOn()) {
                            return false;
                        }
                        compare(entry, payments.get(entry.paymentId()));
                        entries++;
                    }
                    page = nextPage(rest);
                }
            }
            return goesOn();
        }

        private List<LedgerEntry> nextPage(Iterator<LedgerEntry> rest) {
            List<LedgerEntry> page = new ArrayList<>(PAGE);
            Optional<LedgerEntry> next = next(rest);
            while (next.isPresent()) {
                page.add(next.get());
                next = page.size() < PAGE ? next(rest) : Optional.empty();
            }
            return page;
        }

        /** The provider is asked when its entries are read: by the page, and about some of them once more. */
        private Optional<LedgerEntry> next(Iterator<LedgerEntry> rest) {
            return calls.call(provider -> rest.hasNext() ? Optional.of(rest.next()) : Optional.empty());
        }

        private void compare(LedgerEntry entry, @Nullable ExpectedPayment payment) {
            var call = new AuthorizationCall(
                    entry.authorizationId(),
                    entry.paymentId(),
                    entry.orderId(),
                    entry.amount(),
                    "",
                    entry.providerReference(),
                    entry.createdAt());
            Authorization expected = Optional.ofNullable(payment)
                    .flatMap(one -> one.authorization(entry.authorizationId()))
                    .orElse(Authorization.unknown(entry.authorizationId()));
            if (!Comparison.withProvider(call, expected, entry, examination.patience())
                    .isEmpty()) {
                examine(call);
            }
        }

        private boolean throughOurs() {
            List<ExpectedPayment> page = ledger.page(run.since(), "", PAGE);
            while (!page.isEmpty()) {
                Set<String> theirs = seenOf(page);
                for (ExpectedPayment payment : page) {
                    if (!goesOn()) {
                        return false;
                    }
                    payment.authorizations().stream()
                            .filter(one -> !theirs.contains(one.authorizationId()))
                            .forEach(one -> compareWithNothing(payment, one));
                    examination.compareWithOrder(payment).ifPresent(this::report);
                    checked++;
                }
                page = ledger.page(run.since(), page.getLast().paymentId(), PAGE);
            }
            return goesOn();
        }

        private void compareWithNothing(ExpectedPayment payment, Authorization expected) {
            AuthorizationCall call = payment.call(expected);
            if (!Comparison.withProvider(call, expected, null, examination.patience())
                    .isEmpty()) {
                examine(call);
            }
        }

        /** What is open and was not found again may have been before the time that the run looks at: it is looked at. */
        private boolean throughTheQueue() {
            List<Entry> page = queue.pageOfUndecided("", PAGE);
            while (!page.isEmpty()) {
                for (Entry entry : page) {
                    if (!goesOn()) {
                        return false;
                    }
                    if (entry.state() == DiscrepancyState.REPAIR_REQUESTED) {
                        // A crash came between the wish and the deed.
                        repairs.carryOut(entry);
                    } else if (isGone(entry)) {
                        commands.accept(new ClearDiscrepancy(entry.discrepancyId()));
                    }
                }
                page = queue.pageOfUndecided(page.getLast().discrepancyId(), PAGE);
            }
            return goesOn();
        }

        private boolean isGone(Entry entry) {
            return entry.kind() == DiscrepancyKind.ORDER_MISMATCH
                    ? examination
                            .compareWithOrder(entry.paymentId())
                            .filter(List::isEmpty)
                            .isPresent()
                    : examination
                            .lookAt(entry.subject())
                            .filter(look -> look.finding(entry.kind()).isEmpty())
                            .isPresent();
        }

        private void examine(AuthorizationCall call) {
            examination.lookAt(call).ifPresent(look -> report(look.findings()));
        }

        private void report(List<Finding> findings) {
            for (Finding finding : findings) {
                commands.accept(finding.asReport());
                found++;
            }
        }

        /** The ledger comes in the provider's order and too long for memory, so what was in it is noted in the store. */
        private void remember(List<LedgerEntry> page) {
            seen.bulkWrite(page.stream()
                    .map(entry -> new ReplaceOneModel<>(
                            eq("_id", entry.authorizationId()),
                            new Document("_id", entry.authorizationId()),
                            new ReplaceOptions().upsert(true)))
                    .toList());
        }

        private Set<String> seenOf(List<ExpectedPayment> page) {
            List<String> ids = page.stream()
                    .flatMap(payment -> payment.authorizations().stream())
                    .map(Authorization::authorizationId)
                    .toList();
            Set<String> theirs = new HashSet<>();
            seen.find(in("_id", ids)).forEach(document -> theirs.add(document.getString("_id")));
            return theirs;
        }
    }
}
