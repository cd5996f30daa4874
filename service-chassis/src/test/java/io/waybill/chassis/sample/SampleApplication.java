package io.waybill.chassis.sample;

import static com.mongodb.client.model.Filters.empty;
import static org.axonframework.modelling.command.AggregateLifecycle.apply;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import com.mongodb.MongoTimeoutException;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.Indexes;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.chassis.messaging.Parked;
import io.waybill.chassis.messaging.Parking;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Projection;
import io.waybill.chassis.messaging.RequestCommands;
import io.waybill.chassis.messaging.RequestQueries;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.messaging.Subscription;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Begun;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Ended;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Noted;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Resolved;
import io.waybill.chassis.sample.SampleApplication.ErrandEvent.Retried;
import io.waybill.chassis.web.Idempotency;
import io.waybill.chassis.web.LiveStreams;
import io.waybill.chassis.web.ReadsFrom;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotEmpty;
import jakarta.validation.constraints.NotNull;
import java.io.IOException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandBus;
import org.axonframework.commandhandling.CommandHandler;
import org.axonframework.commandhandling.GenericCommandMessage;
import org.axonframework.config.ProcessingGroup;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.TrackingToken;
import org.axonframework.eventsourcing.EventSourcingHandler;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.interceptors.MessageHandlerInterceptor;
import org.axonframework.modelling.command.AggregateCreationPolicy;
import org.axonframework.modelling.command.AggregateIdentifier;
import org.axonframework.modelling.command.CreationPolicy;
import org.axonframework.modelling.command.TargetAggregateIdentifier;
import org.axonframework.modelling.saga.EndSaga;
import org.axonframework.modelling.saga.SagaEventHandler;
import org.axonframework.modelling.saga.StartSaga;
import org.axonframework.queryhandling.QueryHandler;
import org.axonframework.queryhandling.QueryUpdateEmitter;
import org.axonframework.spring.stereotype.Aggregate;
import org.axonframework.spring.stereotype.Saga;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.format.annotation.DateTimeFormat;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** A service with no domain to speak of: a tally that is counted up, echoed by an event handler, and shown. */
@SpringBootApplication
public class SampleApplication {

    /** A tally of this name cannot be shown, because its projection fails on it. */
    public static final String POISON = "poison";

    /** An event handler stumbles over a tally of this name a few times. */
    public static final String STUMBLE = "stumble";

    public record Count(@TargetAggregateIdentifier String tally, int by) {}

    /** Counts once, however often it is sent. */
    public record Echo(@TargetAggregateIdentifier String tally) {}

    public record Counted(String tally, int by) {}

    public record Echoed(String tally) {}

    public record FindTally(String tally) {}

    public record Tally(String tally, int sum) {}

    /** Neither is handled by anybody. */
    record Forget(@TargetAggregateIdentifier String tally) {}

    record FindForgotten(String tally) {}

    @Aggregate
    static class TallyAggregate {

        @AggregateIdentifier
        @SuppressWarnings("UnusedVariable") // Axon reads it
        private String tally;

        private boolean echoed;

        @CommandHandler
        @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
        String handle(Count count) {
            if (count.by() == 13) {
                throw Misuse.conflict("UNLUCKY", "Count by another number.");
            }
            apply(new Counted(count.tally(), count.by()));
            return count.tally();
        }

        @CommandHandler
        @CreationPolicy(AggregateCreationPolicy.CREATE_IF_MISSING)
        void handle(Echo echo) {
            if (!echoed) {
                apply(new Echoed(echo.tally()));
            }
        }

        @EventSourcingHandler
        void on(Counted counted) {
            tally = counted.tally();
        }

        @EventSourcingHandler
        void on(Echoed event) {
            tally = event.tally();
            echoed = true;
        }
    }

    @Projection
    @ProcessingGroup("tallies")
    public static class Tallies {

        private final ViewStore<Tally> tallies;
        private final QueryUpdateEmitter updates;
        public final AtomicInteger poisonTasted = new AtomicInteger();
        /** Tallies that cannot be shown for now. */
        public final Set<String> spoilt = ConcurrentHashMap.newKeySet();
        /** Whether the store is away, and how often that was noticed. */
        public volatile boolean storeIsAway;

        public final AtomicInteger missedStore = new AtomicInteger();
        /** Until it is opened, no event is handled to its end. */
        public volatile CountDownLatch opened = new CountDownLatch(0);
        /** Tallies whose events it takes for a reason to send a command. */
        public final Set<String> meddledWith = ConcurrentHashMap.newKeySet();
        /** Where it meddled, and what came of it: empty if something left. */
        public final Map<Slot, List<Optional<RuntimeException>>> meddling = new ConcurrentHashMap<>();

        private final CommandBus commands;

        Tallies(MongoDatabase database, QueryUpdateEmitter updates, CommandBus commands) {
            this.updates = updates;
            this.commands = commands;
            tallies = new ViewStore<>(database, "tallies", Tally.class);
            tallies.index(Indexes.ascending("view.tally"));
        }

        public static boolean areIndexed(MongoDatabase database, Slot slot) {
            return database.getCollection(slot.nameOf("tallies")).listIndexes().into(new ArrayList<>()).stream()
                    .anyMatch(index -> index.get("key", Document.class).containsKey("view.tally"));
        }

        @EventHandler
        void on(Counted counted, TrackingToken token) throws InterruptedException {
            opened.await();
            if (counted.tally().equals(POISON)) {
                poisonTasted.incrementAndGet();
                throw new IllegalStateException("This tally cannot be shown, as its name says.");
            }
            if (spoilt.contains(counted.tally())) {
                throw new IllegalStateException(counted.tally() + " is spoilt.");
            }
            if (storeIsAway) {
                missedStore.incrementAndGet();
                throw new MongoTimeoutException("The store is away.");
            }
            if (meddledWith.contains(counted.tally())) {
                meddle(() ->
                        commands.dispatch(GenericCommandMessage.asCommandMessage(new Count(counted.tally(), 100))));
            }
            Tally now = tallies.fold(
                    counted.tally(),
                    Positions.of(token),
                    tally -> new Tally(counted.tally(), (tally == null ? 0 : tally.sum()) + counted.by()));
            if (now != null) {
                updates.emit(FindTally.class, query -> query.tally().equals(counted.tally()), now);
            }
        }

        private void meddle(Runnable way) {
            Slot slot = tallies.isFoldedToBeShown() ? Slot.FIRST : Slot.SECOND;
            var attempts = meddling.computeIfAbsent(slot, none -> new CopyOnWriteArrayList<>());
            try {
                way.run();
                attempts.add(Optional.empty());
            } catch (RuntimeException e) {
                attempts.add(Optional.of(e));
            }
        }

        @QueryHandler
        Tally handle(FindTally query) {
            return tallies.find(query.tally());
        }

        public List<Tally> all() {
            return tallies.find(empty(), empty(), 0);
        }
    }

    @Component
    @ProcessingGroup("echo")
    public static class EchoProcess {

        /** Tallies that it cannot cope with for now. */
        public final Set<String> confusing = ConcurrentHashMap.newKeySet();

        /** Axon alone would let the segment lie for 1 + 2 + 4 + 8 seconds in between. */
        private final AtomicInteger stumblesLeft = new AtomicInteger(4);

        @EventHandler
        void on(Counted counted, SagaCommands commands) {
            if (counted.tally().equals(STUMBLE) && stumblesLeft.getAndDecrement() > 0) {
                throw new IllegalStateException("A store is away.");
            }
            if (confusing.contains(counted.tally())) {
                throw new IllegalStateException(counted.tally() + " is confusing.");
            }
            commands.send(new Echo(counted.tally()));
        }
    }

    public sealed interface ErrandEvent {

        String errand();

        record Begun(String errand) implements ErrandEvent {}

        record Noted(String errand, String what) implements ErrandEvent {}

        record Retried(String errand) implements ErrandEvent {}

        record Resolved(String errand) implements ErrandEvent {}

        record Ended(String errand) implements ErrandEvent {}

        /** It is not for the errand itself. */
        record Stalled(String errand, String event, String error) {}
    }

    /** Remembers all that it is to note, has each echoed, and parks what confuses it. */
    @Saga
    @ProcessingGroup("errands")
    @JsonAutoDetect(fieldVisibility = JsonAutoDetect.Visibility.ANY)
    public static class Errand {

        public static final String KEY = "errand";

        /** What it cannot cope with for now. */
        public static final Set<String> CONFUSING = ConcurrentHashMap.newKeySet();

        public List<String> noted = new ArrayList<>();
        public Parked parked = new Parked();

        @MessageHandlerInterceptor
        @Nullable
        Object handle(EventMessage<?> event, InterceptorChain handler, Parking parking) throws Exception {
            var happened = (ErrandEvent) event.getPayload();
            Function<String, Object> stalled = error -> new ErrandEvent.Stalled(
                    happened.errand(), event.getPayloadType().getSimpleName(), error);
            return switch (happened) {
                case Retried retried -> {
                    parking.retry(parked);
                    yield null;
                }
                case Resolved resolved -> parking.discard(parked);
                case Ended ended -> parking.handleAtOnce(parked, event, handler, stalled);
                default -> parking.handle(parked, event, handler, stalled);
            };
        }

        @StartSaga
        @SagaEventHandler(associationProperty = KEY)
        void on(Begun begun) {
            note("begun", begun.errand());
        }

        @SagaEventHandler(associationProperty = KEY)
        void on(Noted event, SagaCommands commands) {
            note(event.what(), event.what());
            commands.send(new Echo(event.errand() + " " + event.what()));
        }

        /** A handler that fails has changed something by then. */
        private void note(String what, String confusedBy) {
            noted.add(what);
            if (CONFUSING.contains(confusedBy)) {
                throw new IllegalStateException(confusedBy + " is confusing.");
            }
        }

        @SagaEventHandler(associationProperty = KEY)
        void on(Retried retried) {
            throw new IllegalStateException("Retries are not for the handlers.");
        }

        @SagaEventHandler(associationProperty = KEY)
        void on(Resolved resolved) {
            throw new IllegalStateException("Nor is giving up.");
        }

        @EndSaga
        @SagaEventHandler(associationProperty = KEY)
        void on(Ended ended) {}
    }

    /** Tells the latest sum, which is its own ID. */
    static final class TallyStream implements LiveStreams.Source {

        private final Subscription<Tally> subscription;
        private final AtomicReference<@Nullable Tally> news = new AtomicReference<>();
        private boolean answered;

        TallyStream(RequestQueries queries, String tally, Runnable wake) {
            subscription = queries.follow(
                    new FindTally(tally),
                    Tally.class,
                    Tally.class,
                    update -> {
                        news.set(update);
                        wake.run();
                    },
                    wake);
        }

        @Override
        public void sendNews(LiveStreams.Sink sink) throws IOException {
            if (!answered) {
                news.compareAndSet(null, subscription.answer());
                answered = true;
            }
            subscription.requireOpen();
            @Nullable Tally latest = news.getAndSet(null);
            if (latest != null) {
                sink.send(Integer.toString(latest.sum()), "tally", latest);
            }
        }

        @Override
        public void close() {
            subscription.close();
        }
    }

    /** Sends more than any buffer holds. */
    public static final class FloodStream implements LiveStreams.Source {

        /** Of 8 KB each, 8 MB together. */
        public static final int PIECES = 1_024;

        public static final AtomicInteger PIECES_SENT = new AtomicInteger();

        private static final String PIECE = "x".repeat(8 * 1024);

        @Override
        public void sendNews(LiveStreams.Sink sink) throws IOException {
            while (PIECES_SENT.get() < PIECES) {
                sink.send(null, "flood", PIECE);
                PIECES_SENT.incrementAndGet();
            }
        }

        @Override
        public void close() {}
    }

    @RestController
    static class TallyController {

        private final RequestCommands commands;
        private final RequestQueries queries;
        private final Idempotency idempotency;
        private final LiveStreams streams;

        TallyController(
                RequestCommands commands, RequestQueries queries, Idempotency idempotency, LiveStreams streams) {
            this.commands = commands;
            this.queries = queries;
            this.idempotency = idempotency;
            this.streams = streams;
        }

        record Step(@NotNull @Min(1) @Max(100) Integer by) {}

        record Body(@NotBlank String note, @NotEmpty List<@NotNull @Valid Step> steps, Boolean loud) {}

        record Answer(String id, long position) {}

        @PostMapping("/tallies/{tally}")
        ResponseEntity<Object> count(
                @PathVariable String tally, @RequestHeader(Idempotency.HEADER) String key, @RequestBody Body body) {
            return idempotency.once("POST /tallies/" + tally, key, body, id -> {
                long position = 0;
                for (Step step : body.steps()) {
                    position = commands.send(new Count(tally, step.by())).position();
                }
                return ResponseEntity.accepted().body(new Answer(id, position));
            });
        }

        @GetMapping("/tallies/{tally}")
        @ReadsFrom(value = "tallies", aggregate = "{tally}")
        Tally show(@PathVariable String tally) {
            return queries.ask(new FindTally(tally), Tally.class);
        }

        @GetMapping(path = "/tallies/{tally}/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        SseEmitter follow(@PathVariable String tally) {
            return streams.open(wake -> new TallyStream(queries, tally, wake));
        }

        @GetMapping(path = "/flood", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
        SseEmitter flood() {
            return streams.open(wake -> new FloodStream());
        }

        @GetMapping("/asked")
        String asked(
                @RequestParam Thread.State state,
                @RequestParam(defaultValue = "true") boolean loud,
                @RequestParam(defaultValue = "1") int by,
                @RequestParam @Nullable Instant from,
                @RequestParam @DateTimeFormat(iso = DateTimeFormat.ISO.DATE) @Nullable LocalDate day) {
            return "%s %s %s %s %s".formatted(state, loud, by, from, day);
        }

        @DeleteMapping("/tallies/{tally}")
        void forget(@PathVariable String tally) {
            commands.send(new Forget(tally));
        }

        @GetMapping("/forgotten/{tally}")
        Tally forgotten(@PathVariable String tally) {
            return queries.ask(new FindForgotten(tally), Tally.class);
        }

        @GetMapping("/broken")
        Tally broken() {
            throw new IllegalStateException("secret inside");
        }
    }
}
