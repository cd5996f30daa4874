package io.waybill.payment.reconciliation;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.lt;
import static com.mongodb.client.model.Sorts.descending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.IndexOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.bson.codecs.pojo.annotations.BsonId;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;

/**
 * The runs of the reconciliation, of which one at a time goes on, whichever instance started it. Whoever carries it out
 * has a lease on it; a run whose lease has run out is what a crash has left, and anybody may take it over.
 *
 * <p>A run changes nothing but the queue, whose changes are events; so it is a document itself, and lost with the store.
 */
final class ReconciliationRuns {

    /** Longer than any single call to a provider or a peer, with all its retries, can take. */
    private static final Duration LEASE = Duration.ofMinutes(2);

    /** The slot of the one run that goes on; that of any other is its own ID, so that none is taken twice. */
    private static final String GOING_ON = "running";

    private static final String ID = "_id";
    private static final String SLOT = "slot";
    private static final String HOLDER = "holder";
    private static final String LEASED_UNTIL = "leasedUntil";

    private final MongoCollection<Run> runs;
    private final Clock clock;

    ReconciliationRuns(MongoDatabase database, Clock clock) {
        this.clock = clock;
        runs = database.getCollection("reconciliations", Run.class);
        makeIndex();
    }

    /** Before each run: a collection that was dropped has lost it, and two runs could go on at once. */
    private void makeIndex() {
        runs.createIndex(Indexes.ascending(SLOT), new IndexOptions().unique(true));
    }

    /** Where a run stands. */
    public enum State {
        RUNNING,
        COMPLETED,
        FAILED
    }

    /**
     * One walk through the books.
     *
     * @param slot what no two runs may have in common
     * @param holder who carries it out
     * @param since from when on it looks at the books
     * @param progress how far it got
     * @param error why it failed; null otherwise
     * @param endedAt null as long as it goes on
     */
    public record Run(
            @BsonId String reconciliationId,
            String slot,
            String holder,
            Instant leasedUntil,
            State state,
            Instant since,
            Progress progress,
            @Nullable String error,
            Instant startedAt,
            @Nullable Instant endedAt) {}

    /**
     * How far a run got.
     *
     * @param entries of the provider's ledger that were looked at
     * @param checked payments of ours that were looked at
     * @param of payments of ours that are to be looked at, as many as there were when it began
     * @param found disagreements, whether they were known before or not
     */
    public record Progress(long entries, long checked, long of, long found) {}

    /**
     * Begins a run.
     *
     * @return the run, or empty if another one goes on or there was one of this ID
     */
    Optional<Run> begin(String reconciliationId, Instant since) {
        Instant now = clock.instant();
        var run = new Run(
                reconciliationId,
                GOING_ON,
                UUID.randomUUID().toString(),
                now.plus(LEASE),
                State.RUNNING,
                since,
                new Progress(0, 0, 0, 0),
                null,
                now,
                null);
        makeIndex();
        try {
            runs.insertOne(run);
            return Optional.of(run);
        } catch (MongoWriteException e) {
            if (e.getError().getCategory() == ErrorCategory.DUPLICATE_KEY) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Takes over a run that nobody carries out any more; empty if there is none. */
    Optional<Run> takeOver() {
        Instant now = clock.instant();
        return Optional.ofNullable(runs.findOneAndUpdate(
                and(eq(SLOT, GOING_ON), lt(LEASED_UNTIL, now)),
                combine(set(HOLDER, UUID.randomUUID().toString()), set(LEASED_UNTIL, now.plus(LEASE))),
                new FindOneAndUpdateOptions().returnDocument(ReturnDocument.AFTER)));
    }

    /** Writes down how far a run got and keeps it for longer; false if it is somebody else's by now. */
    boolean goOn(Run run, Progress progress) {
        return update(
                run,
                set("progress", progress),
                set(LEASED_UNTIL, clock.instant().plus(LEASE)));
    }

    /** Ends a run that came to its end, unless it is somebody else's by now. */
    void complete(Run run, Progress progress) {
        end(run, State.COMPLETED, set("progress", progress));
    }

    /** Ends a run that cannot go on, unless it is somebody else's by now. */
    void fail(Run run, String error) {
        end(run, State.FAILED, set("error", error));
    }

    private void end(Run run, State state, Bson result) {
        update(run, result, set("state", state), set("endedAt", clock.instant()), set(SLOT, run.reconciliationId()));
    }

    /** Leaves a run for anybody to take over at once. */
    void leave(Run run) {
        update(run, set(LEASED_UNTIL, Instant.EPOCH));
    }

    Optional<Run> find(String reconciliationId) {
        return Optional.ofNullable(runs.find(eq(ID, reconciliationId)).first());
    }

    Optional<Run> latest() {
        return Optional.ofNullable(runs.find().sort(descending("startedAt")).first());
    }

    private boolean update(Run run, Bson... changes) {
        return runs.updateOne(and(eq(ID, run.reconciliationId()), eq(HOLDER, run.holder())), combine(changes))
                        .getMatchedCount()
                == 1;
    }
}
