package io.waybill.payment.provider;

import static com.mongodb.client.model.Filters.and;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Filters.lte;
import static com.mongodb.client.model.Filters.ne;
import static com.mongodb.client.model.Filters.not;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Updates.combine;
import static com.mongodb.client.model.Updates.inc;
import static com.mongodb.client.model.Updates.set;

import com.mongodb.ErrorCategory;
import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.FindOneAndUpdateOptions;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReturnDocument;
import io.waybill.chassis.mongo.Databases;
import io.waybill.chassis.mongo.StoreMarks;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * When which payment is to be worked at, and who is at it: one document per payment that has something due, now or
 * later. A claim runs out, so that what an instance leaves behind when it dies is taken up by another.
 */
@Component
class ProviderWork {

    private static final String SEQUENCE = "sequence";
    private static final Date NOT_CLAIMED = Date.from(Instant.EPOCH);
    private static final Bson FREE = set("claimedUntil", NOT_CLAIMED);

    private final MongoCollection<Document> payments;
    private final Semaphore news = new Semaphore(0);

    @Autowired
    ProviderWork(MongoDatabase database, Databases databases, StoreMarks marks) {
        this(database);
        marks.keepIndexes(this::makeIndex);
        if (databases.areEmbedded()) {
            freeAll();
        }
    }

    ProviderWork(MongoDatabase database) {
        payments = database.getCollection("providerWork").withWriteConcern(Databases.MADE_OF_EVENTS);
        makeIndex();
    }

    /** Most of it is not due for days: holds that have not expired. */
    private void makeIndex() {
        payments.createIndex(Indexes.ascending("dueAt"));
    }

    /** Nobody else has the database, so whoever holds a claim has died, and its payments need not wait for the claim. */
    void freeAll() {
        payments.updateMany(new Document(), FREE);
    }

    /**
     * What is known of the work at one payment.
     *
     * @param task names what is to be done first, so that attempts at it are not taken for attempts at the next thing
     * @param attempts that failed so far
     * @param lost how many of these the provider never saw
     * @param claimedUntil when another worker may take it
     */
    record Item(
            String paymentId,
            String task,
            Instant dueAt,
            int attempts,
            int lost,
            @Nullable String lastError,
            Instant claimedUntil) {}

    /**
     * Says what is to be done first, unless that is known: then attempts and delays stay as they are. Nothing changes
     * either if somebody said so who has seen later events: whoever lost the claim on them may not know it yet.
     *
     * @param sequence of the last event of the payment that was seen
     */
    void schedule(String paymentId, long sequence, String task, Instant dueAt) {
        Bson change = combine(
                set("task", task),
                set(SEQUENCE, sequence),
                set("dueAt", Date.from(dueAt)),
                set("attempts", 0),
                set("lost", 0),
                set("lastError", null));
        Bson isOurs = and(eq(paymentId), notLaterThan(sequence));
        if (payments.updateOne(and(isOurs, ne("task", task)), change).getMatchedCount() == 0
                && payments.updateOne(isOurs, set(SEQUENCE, sequence)).getMatchedCount() == 0) {
            insert(paymentId, sequence, task, dueAt);
        }
        news.release();
    }

    private static Bson notLaterThan(long sequence) {
        return not(gt(SEQUENCE, sequence));
    }

    private void insert(String paymentId, long sequence, String task, Instant dueAt) {
        try {
            payments.insertOne(new Document("_id", paymentId)
                    .append("task", task)
                    .append(SEQUENCE, sequence)
                    .append("dueAt", Date.from(dueAt))
                    .append("claimedUntil", NOT_CLAIMED)
                    .append("attempts", 0)
                    .append("lost", 0));
        } catch (MongoWriteException e) {
            // It is there, with a later task.
            if (e.getError().getCategory() != ErrorCategory.DUPLICATE_KEY) {
                throw e;
            }
        }
    }

    /** Nothing is to be done for this payment, unless somebody who has seen later events says otherwise. */
    void remove(String paymentId, long sequence) {
        payments.deleteOne(and(eq(paymentId), notLaterThan(sequence)));
    }

    /** Nothing more is to be done, unless something came in while it was worked at. */
    void done(Item item) {
        if (payments.deleteOne(stillAt(item)).getDeletedCount() == 0) {
            free(item);
        }
    }

    /** Makes it due at once; false if nothing is outstanding. */
    boolean hurry(String paymentId, Instant now) {
        boolean found =
                payments.updateOne(eq(paymentId), set("dueAt", Date.from(now))).getMatchedCount() > 0;
        news.release();
        return found;
    }

    Optional<Item> find(String paymentId) {
        return Optional.ofNullable(payments.find(eq(paymentId)).first()).map(ProviderWork::item);
    }

    /** Takes the payment that has been due for longest, for so long; empty if none is due. */
    Optional<Item> claim(Instant now, Duration claim) {
        @Nullable
        Document claimed = payments.findOneAndUpdate(
                and(lte("dueAt", Date.from(now)), lte("claimedUntil", Date.from(now))),
                set("claimedUntil", Date.from(now.plus(claim))),
                new FindOneAndUpdateOptions().sort(ascending("dueAt")).returnDocument(ReturnDocument.AFTER));
        return Optional.ofNullable(claimed).map(ProviderWork::item);
    }

    /** Gives a payment back that was answered, or that cannot be asked about yet. */
    void release(Item item, Instant dueAt) {
        giveBack(item, set("dueAt", Date.from(dueAt)));
    }

    /** Gives a payment back whose call failed. */
    void failed(Item item, Instant dueAt, String error, boolean lost) {
        giveBack(
                item,
                combine(
                        inc("attempts", 1),
                        inc("lost", lost ? 1 : 0),
                        set("lastError", error),
                        set("dueAt", Date.from(dueAt))));
    }

    /** @param change if nothing else came in that is to be done first */
    private void giveBack(Item item, Bson change) {
        Bson unchanged = and(stillAt(item), stillOurs(item));
        if (payments.updateOne(unchanged, combine(change, FREE)).getMatchedCount() == 0) {
            free(item);
        }
    }

    private void free(Item item) {
        payments.updateOne(and(eq(item.paymentId()), stillOurs(item)), FREE);
        news.release();
    }

    private static Bson stillOurs(Item item) {
        return eq("claimedUntil", Date.from(item.claimedUntil()));
    }

    /** While it was worked at, an answer may have come in, and the next task with it. */
    private static Bson stillAt(Item item) {
        return and(eq(item.paymentId()), eq("task", item.task()));
    }

    /** Waits until something may have become due in this instance, at most so long. */
    void await(Duration atMost) throws InterruptedException {
        if (news.tryAcquire(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            news.drainPermits();
        }
    }

    private static Item item(Document document) {
        return new Item(
                document.getString("_id"),
                document.getString("task"),
                document.getDate("dueAt").toInstant(),
                document.getInteger("attempts"),
                document.getInteger("lost"),
                document.getString("lastError"),
                document.getDate("claimedUntil").toInstant());
    }
}
