package io.waybill.chassis.mongo;

import static com.mongodb.client.model.Accumulators.sum;
import static com.mongodb.client.model.Aggregates.group;
import static com.mongodb.client.model.Filters.eq;
import static com.mongodb.client.model.Filters.gt;
import static com.mongodb.client.model.Sorts.ascending;
import static com.mongodb.client.model.Sorts.descending;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import com.mongodb.event.CommandListener;
import com.mongodb.event.CommandStartedEvent;
import io.waybill.chassis.messaging.Slot;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.GlobalSequenceTrackingToken;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.extensions.mongo.DefaultMongoTemplate;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.serialization.jackson3.Jackson3Serializer;
import org.bson.BsonDocument;
import org.bson.BsonMaximumSizeExceededException;
import org.bson.BsonString;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked // a null is a failure here
class ViewStoreTest {

    @TempDir
    private Path folder;

    private Databases databases;
    private MongoDatabase database;
    private ViewStore<Shelf> shelves;

    public record Item(String name, long minor) {}

    public record Shelf(String id, int count, Instant since, List<Item> items, String note) {}

    @BeforeEach
    void open() {
        databases = new Databases("", folder);
        database = databases.open("shelves");
        shelves = new ViewStore<>(database, "shelves", Shelf.class);
    }

    @AfterEach
    void close() {
        databases.close();
    }

    @Test
    void keepsAViewAsItIs() {
        Shelf shelf = shelf("a", 1);
        shelves.fold("a", 1, none -> shelf);

        assertThat(shelves.find("a")).isEqualTo(shelf);
        assertThat(shelves.find("b")).isNull();
    }

    @Test
    void foldsFromTheViewBefore() {
        shelves.fold("a", 1, none -> shelf("a", 1));
        shelves.fold("a", 5, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(2);
    }

    @Test
    void leavesAloneWhatHasSeenTheEvent() {
        shelves.fold("a", 5, none -> shelf("a", 1));
        shelves.fold("a", 5, before -> shelf("a", 99));
        shelves.fold("a", 4, before -> shelf("a", 99));

        assertThat(shelves.find("a").count()).isEqualTo(1);
    }

    @Test
    void losesToWhoeverWroteALaterEventMeanwhile() {
        shelves.fold("a", 1, none -> shelf("a", 1));
        shelves.fold("a", 2, before -> {
            shelves.fold("a", 3, earlier -> shelf("a", 3));
            return shelf("a", 2);
        });
        shelves.fold("b", 1, none -> {
            shelves.fold("b", 3, earlier -> shelf("b", 3));
            return shelf("b", 1);
        });

        assertThat(shelves.find("a").count()).isEqualTo(3);
        assertThat(shelves.find("b").count()).isEqualTo(3);
    }

    @Test
    void sumsUpWhatIsShownAndNothingElse() {
        shelves.fold("a", 1, none -> shelf("a", 1));
        shelves.fold("b", 2, none -> shelf("b", 2));
        shelves.documents(Slot.FIRST).insertOne(new BsonDocument("_id", new BsonString("no view")));
        List<Bson> sums = List.of(group("all", sum("shelves", 1), sum("pieces", "$view.count")));

        assertThat(shelves.aggregate(sums))
                .containsExactly(BsonDocument.parse("{\"_id\": \"all\", \"shelves\": 2, \"pieces\": 3}"));
        shelves.showFrom(() -> Slot.SECOND);
        assertThat(shelves.aggregate(sums)).isEmpty();
    }

    @Test
    void isNotMadeOfAPartOfTheEvents() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));

        assertThatThrownBy(() -> shelves.fold("a", 12, 2, before -> shelf("a", 99)))
                .isInstanceOf(MissedEvents.class);
        assertThatThrownBy(() -> shelves.fold("b", 13, 3, none -> shelf("b", 99)))
                .isInstanceOf(MissedEvents.class);

        shelves.fold("a", 11, 1, before -> shelf("a", before.count() + 1));
        shelves.fold("a", 12, 2, before -> shelf("a", before.count() + 1));
        assertThat(shelves.find("a").count()).isEqualTo(3);
        assertThat(shelves.find("b")).isNull();
    }

    @Test
    void isMadeWithoutWhatWasDiscarded() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));
        new Discards(database).remember("shelves", "a", 11);
        Runnable attempt = () -> handle(later("a", 2), event -> fold(event, before -> shelf("a", before.count() + 1)));

        // It may have been lost as well, so it is looked for once more.
        assertThatThrownBy(attempt::run).isInstanceOf(MissedEvents.class);
        attempt.run();
        shelves.fold("a", 13, 3, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(3);
    }

    @Test
    void isMadeAnewIfAnythingElseIsMissingEvenWhenItIsHandledAgain() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));
        var discards = new Discards(database);
        discards.remember("shelves", "b", 11);
        discards.remember("others", "a", 11);
        discards.remember("shelves", "a", 9);
        mark();

        assertThatThrownBy(this::handleTooLate).isInstanceOf(MissedEvents.class);
        assertThat(isMarked()).isTrue();
        assertThatThrownBy(this::handleTooLate).isInstanceOf(MissedEvents.class);
        assertThat(isMarked()).isFalse();

        assertThat(shelves.find("a").count()).isEqualTo(1);
    }

    /** It would be read again for ever. */
    @Test
    void isNotMadeAnewTwiceForWhatIsNotThere() {
        shelves.fold("a", 10, 0, none -> shelf("a", 1));
        mark();
        for (int attempt = 0; attempt < 4; attempt++) {
            assertThatThrownBy(this::handleTooLate).isInstanceOf(MissedEvents.class);
        }

        mark();
        assertThatThrownBy(this::handleTooLate).isInstanceOf(MissedEvents.class);
        assertThatThrownBy(this::handleTooLate)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("type that this build does not know");
        assertThat(isMarked()).isTrue();
    }

    private void mark() {
        shelves.documents(Slot.FIRST).insertOne(new BsonDocument("_id", new BsonString(StoreMarks.MARK)));
    }

    private boolean isMarked() {
        return shelves.documents(Slot.FIRST).countDocuments(eq("_id", StoreMarks.MARK)) == 1;
    }

    private void handleTooLate() {
        handle(later("a", 2), event -> fold(event, before -> shelf("a", 99)));
    }

    private static List<DomainEventMessage<?>> later(String aggregate, long sequence) {
        return List.of(new GenericDomainEventMessage<>("Shelf", aggregate, sequence, 12L));
    }

    @Test
    void ofAProcessIsWrittenBeforeAnythingFollowsFromIt() {
        var followed = new ArrayList<Integer>();
        handle(batch("a", "a"), event -> {
            fold(event, shelf -> shelf("a", shelf == null ? 1 : shelf.count() + 1));
            ViewBatch.onceWritten("a", () -> followed.add(shelves.find("a").count()));
            assertThat(followed).isEmpty();
        });

        ViewBatch.onceWritten("a", () -> followed.add(0));

        assertThat(followed).containsExactly(2, 0);
    }

    @Test
    void goesOnFromADocumentOfTheReleaseBefore() {
        shelves.fold("a", 10, none -> shelf("a", 1));

        shelves.fold("a", 15, 5, before -> shelf("a", before.count() + 1));

        assertThat(shelves.find("a").count()).isEqualTo(2);
    }

    @Test
    void writesTheViewsOfABatchWhenAllOfItIsFolded() {
        shelves.fold("a", 1, 0, none -> shelf("a", 1));

        handle(batch("a", "a", "b"), event -> {
            long count = shelves.find("a").count();
            fold(event, shelf -> shelf == null ? shelf("b", 1) : shelf("a", shelf.count() + 1));
            assertThat(count).isEqualTo(1);
        });

        assertThat(shelves.find("a").count()).isEqualTo(3);
        assertThat(shelves.find("b").count()).isEqualTo(1);
    }

    @Test
    void readsTheViewsOfABatchOnceAndWritesThemAtOnceAndThenTheToken() {
        var commands = new ArrayList<String>();
        try (var mongo = new EmbeddedMongo(folder.resolve("told.mv"), 0);
                MongoClient client = MongoClients.create(Databases.settings(mongo.uri())
                        .addCommandListener(telling(commands))
                        .build())) {
            MongoDatabase told = client.getDatabase("told");
            shelves = new ViewStore<>(told, "shelves", Shelf.class);
            shelves.fold("a", 1, 0, none -> shelf("a", 1));
            List<DomainEventMessage<?>> events = batch("a", "a", "b");
            TokenStore tokens = claimed(told);
            commands.clear();

            handle(
                    events,
                    event -> fold(event, shelf -> shelf(event.getAggregateIdentifier(), shelf == null ? 1 : 9)),
                    // The order in which Axon registers them: the token first.
                    batch -> batch.onPrepareCommit(
                            all -> tokens.storeToken(new GlobalSequenceTrackingToken(4), "shelves", 0)));
        }

        assertThat(commands).containsExactly("find in shelves", "update of 2 in shelves", "update of 1 in tokens");
    }

    private static TokenStore claimed(MongoDatabase database) {
        var documents = new TokenDocuments(
                DefaultMongoTemplate.builder()
                        .mongoDatabase(database)
                        .trackingTokensCollectionName(StoreMarks.TOKENS)
                        .build(),
                Jackson3Serializer.builder().build(),
                "this node",
                new ConnectionLosses());
        var tokens = new LastWriteTokenStore(documents, processor -> {}, () -> true);
        tokens.initializeTokenSegments("shelves", 1, null);
        tokens.fetchToken("shelves", 0);
        return tokens;
    }

    private static CommandListener telling(List<String> commands) {
        return new CommandListener() {
            @Override
            public void commandStarted(CommandStartedEvent event) {
                String name = event.getCommandName();
                BsonDocument command = event.getCommand();
                String written = command.containsKey("updates")
                        ? " of " + command.getArray("updates").size()
                        : "";
                if (command.get(name) instanceof BsonString collection) {
                    commands.add(name + written + " in " + collection.getValue());
                }
            }
        };
    }

    @Test
    void keepsOnceWhatOneEventMakesThoughABatchComesAgainWithMore() {
        shelves.keep(2, shelf("a", 1));

        handle(
                batch("a", "b"),
                event -> shelves.keep((long) event.getPayload(), shelf(event.getAggregateIdentifier(), 7)));

        assertThat(shelves.find(gt("view.count", 0), ascending("position"), 0))
                .containsExactly(shelf("a", 1), shelf("b", 7));
    }

    @Test
    void writesNothingOfABatchThatFails() {
        assertThatThrownBy(() -> handle(
                        batch("a", "b"),
                        event -> fold(event, none -> {
                            if (event.getAggregateIdentifier().equals("b")) {
                                throw new IllegalStateException("This one fails");
                            }
                            return shelf("a", 1);
                        })))
                .hasMessage("This one fails");

        assertThat(shelves.find("a")).isNull();
    }

    @Test
    void keepsWhatAnotherProcessorWroteOfALaterEventBesideTheRestOfABatch() {
        handle(batch("a", "b", "c"), event -> {
            fold(event, none -> shelf(event.getAggregateIdentifier(), 1));
            if (event.getAggregateIdentifier().equals("c")) {
                overtake("b");
            }
        });

        assertThat(shelves.find("a").count()).isEqualTo(1);
        assertThat(shelves.find("b").count()).isEqualTo(9);
        assertThat(shelves.find("c").count()).isEqualTo(1);
    }

    /** The thief, who has another store on the same collection and no part in the batch. */
    private void overtake(String id) {
        var batch = CurrentUnitOfWork.get();
        CurrentUnitOfWork.clear(batch);
        shelves.fold(id, 9, none -> shelf(id, 9));
        CurrentUnitOfWork.set(batch);
    }

    @Test
    void findsTheEventThatMakesADocumentWhichTheStoreRefuses() {
        List<DomainEventMessage<?>> events = batch("a", "b");
        var parked = new ArrayList<String>();
        Consumer<DomainEventMessage<?>> parking = event -> {
            try {
                fold(event, none -> event.getAggregateIdentifier().equals("b") ? tooLarge() : shelf("a", 1));
            } catch (RuntimeException e) {
                parked.add(event.getAggregateIdentifier());
            }
        };

        assertThatThrownBy(() -> handle(events, parking)).isInstanceOf(BsonMaximumSizeExceededException.class);
        handle(events, parking);

        assertThat(parked).containsExactly("b");
        assertThat(shelves.find("a").count()).isEqualTo(1);
        assertThat(shelves.find("b")).isNull();
    }

    private static Shelf tooLarge() {
        return new Shelf("b", 1, Instant.EPOCH, List.of(), "x".repeat(17 * 1024 * 1024));
    }

    private void fold(DomainEventMessage<?> event, UnaryOperator<Shelf> fold) {
        shelves.fold(event.getAggregateIdentifier(), (long) event.getPayload(), event.getSequenceNumber(), fold);
    }

    /** Events of these aggregates, after the first of each that is known; the payload is the position. */
    private List<DomainEventMessage<?>> batch(String... aggregates) {
        var events = new ArrayList<DomainEventMessage<?>>();
        for (String aggregate : aggregates) {
            long sequence = events.stream()
                            .filter(event -> event.getAggregateIdentifier().equals(aggregate))
                            .count()
                    + (shelves.find(aggregate) == null ? 0 : 1);
            events.add(new GenericDomainEventMessage<>("Shelf", aggregate, sequence, 2L + events.size()));
        }
        return events;
    }

    private static void handle(List<DomainEventMessage<?>> events, Consumer<DomainEventMessage<?>> handler) {
        handle(events, handler, batch -> {});
    }

    private static void handle(
            List<DomainEventMessage<?>> events,
            Consumer<DomainEventMessage<?>> handler,
            Consumer<BatchingUnitOfWork<?>> begun) {
        var unitOfWork = new BatchingUnitOfWork<DomainEventMessage<?>>(events);
        begun.accept(unitOfWork);
        unitOfWork.resources().put("Processor[shelves]/SegmentId", 0);
        var result = unitOfWork.executeWithResult(() -> {
            ViewBatch.begin(unitOfWork, "shelves");
            handler.accept(unitOfWork.getMessage());
            return null;
        });
        if (result.isExceptional()) {
            throw (RuntimeException) result.exceptionResult();
        }
    }

    @Test
    void findsByWhatIsInTheView() {
        for (int i = 1; i <= 4; i++) {
            int count = i;
            shelves.fold("shelf-" + i, i, none -> shelf("shelf-" + count, count));
        }

        assertThat(shelves.find(gt("view.count", 1), descending("view.count"), 2))
                .extracting(Shelf::count)
                .containsExactly(4, 3);
        assertThat(shelves.find(eq("view.items.name", "nothing"), new Document(), 0))
                .isEmpty();
    }

    private static Shelf shelf(String id, int count) {
        return new Shelf(id, count, Instant.ofEpochMilli(1_000), List.of(new Item("tea", 1250)), null);
    }
}
