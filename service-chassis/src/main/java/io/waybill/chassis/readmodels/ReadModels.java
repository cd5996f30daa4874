package io.waybill.chassis.readmodels;

import io.waybill.chassis.messaging.LiveSlots;
import io.waybill.chassis.messaging.Positions;
import io.waybill.chassis.messaging.Rebuilds;
import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.ViewStore;
import io.waybill.chassis.readmodels.Rebuild.State;
import io.waybill.chassis.web.RequestRefused;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.axonframework.config.EventProcessingConfiguration;
import org.axonframework.eventhandling.EventProcessor;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/**
 * The read models of this service, and what becomes of them. What is decided is a change of one document; what it asks
 * for is done by each instance when it looks at it. So a rebuild survives whoever began it, and all instances share its
 * work.
 */
public final class ReadModels implements LiveSlots {

    private static final Logger LOG = LoggerFactory.getLogger(ReadModels.class);
    /** What is still behind then, of documents that change all the time, counts as a difference. */
    private static final int LOOKS_AT_DIFFERENCES = 30;

    private final String service;
    private final ReadModelDocuments documents;
    private final Leftovers leftovers;
    private final Supplier<EventProcessingConfiguration> processing;
    private final Supplier<EventStore> eventStore;
    private final Supplier<Rebuilds> rebuilds;
    private final Clock clock;
    private final Duration lookInterval;
    private final Map<String, List<ViewStore<?>>> stores = new ConcurrentHashMap<>();
    /** What was last done about each processor in this instance. */
    private final Map<String, Boolean> needs = new HashMap<>();

    /** Nothing until the service is up. */
    private volatile Runnable lookSoon = () -> {};

    private volatile boolean open;
    /** Comparisons that are under way in this instance, by ID of the rebuild. */
    private final Map<String, Look> comparisons = new HashMap<>();

    private record Look(Differences differences, int count) {}

    /**
     * How far a rebuild is.
     *
     * @param position of the last event that is surely in it, -1 if none
     * @param head position of the last event there is
     * @param eventsPerSecond since it began to run; 0 if it does not run
     * @param remainingSeconds estimated from that; null if it cannot be
     */
    public record Progress(
            long position,
            long head,
            long eventsPerSecond,
            @Nullable Long remainingSeconds) {}

    ReadModels(
            String service,
            ReadModelDocuments documents,
            Leftovers leftovers,
            Supplier<EventProcessingConfiguration> processing,
            Supplier<EventStore> eventStore,
            Supplier<Rebuilds> rebuilds,
            Clock clock,
            Duration lookInterval) {
        this.service = service;
        this.documents = documents;
        this.leftovers = leftovers;
        this.processing = processing;
        this.eventStore = eventStore;
        this.rebuilds = rebuilds;
        this.clock = clock;
        this.lookInterval = lookInterval;
    }

    /** Has a projection's views shown from where they are to be shown from. */
    void add(String projection, List<ViewStore<?>> ofProjection) {
        stores.put(projection, ofProjection);
        ofProjection.forEach(store -> store.showFrom(() -> live(projection)));
    }

    @Override
    public Slot live(String projection) {
        return documents.find(projection).live();
    }

    /** Whether a processor has anything to do: always, but for that of a projection's place which nobody needs. */
    public boolean isNeeded(String processor) {
        String projection = Slot.projectionOf(processor);
        return !stores.containsKey(projection) || documents.find(projection).needs(Slot.ofProcessor(processor));
    }

    /** Whether a processor keeps something up to date that is shown, or is none of a projection. */
    public boolean isLive(String processor) {
        String projection = Slot.projectionOf(processor);
        return !stores.containsKey(projection) || live(projection) == Slot.ofProcessor(processor);
    }

    /** Makes the indexes of all views where they are missing. */
    void makeIndexes() {
        stores.values().stream().flatMap(List::stream).forEach(ViewStore::makeIndexes);
    }

    /** All read models, in the order of their names. */
    List<ReadModel> all() {
        return stores.keySet().stream().sorted().map(documents::find).toList();
    }

    /**
     * Begins to make a read model once more.
     *
     * @param verify whether it is only to be compared and then cleared away
     * @throws RequestRefused if there is no such projection, or one is being made
     */
    Rebuild start(String projection, boolean verify) {
        if (!stores.containsKey(projection)) {
            throw RequestRefused.notFound(
                    "PROJECTION_NOT_FOUND",
                    "No projection of " + service + " is called " + projection + "; there are "
                            + String.join(
                                    ", ", stores.keySet().stream().sorted().toList()) + ".");
        }
        return change(projection, model -> {
            @Nullable Rebuild last = model.rebuild();
            if (last != null && last.state().isOpen()) {
                throw new RequestRefused(
                        HttpStatus.CONFLICT,
                        "REBUILD_UNDER_WAY",
                        "The rebuild " + last.id() + " is " + last.state()
                                + ": wait for it, switch to it or discard it.");
            }
            Instant now = clock.instant();
            Slot slot = model.live().other();
            boolean inUse = leftovers.areThere(slot.nameOf(projection));
            return model.with(Rebuild.prepared(
                    service + "." + projection + "." + (model.version() + 1),
                    slot,
                    verify,
                    now,
                    inUse ? onceNobodyWorksOnIt(now) : now));
        });
    }

    /**
     * Has a rebuild shown.
     *
     * @throws RequestRefused if there is no such rebuild, or it has not come so far
     */
    Rebuild switchTo(String id) {
        return changeIn(
                id,
                State.READY,
                (model, rebuild) -> model.shownFrom(rebuild.slot(), rebuild.moved(State.LIVE, clock.instant(), null)));
    }

    /**
     * Goes back to what was shown before.
     *
     * @throws RequestRefused if there is no such rebuild, or it is not the one that is shown, or the one before is gone
     */
    Rebuild rollBack(String id) {
        Instant now = clock.instant();
        return changeIn(
                id,
                State.LIVE,
                (model, rebuild) -> model.shownFrom(
                        rebuild.slot().other(), rebuild.moved(State.ROLLED_BACK, now, onceNobodyWorksOnIt(now))));
    }

    /**
     * Gives up a rebuild, or, if it is shown, the read model before it.
     *
     * @throws RequestRefused if there is no such rebuild, or nothing of it is left
     */
    Rebuild discard(String id) {
        Instant now = clock.instant();
        return changeIn(id, null, (model, rebuild) -> {
            if (!rebuild.state().isOpen() && rebuild.state() != State.LIVE) {
                throw inState(rebuild);
            }
            return model.with(rebuild.moved(State.DISCARDED, now, onceNobodyWorksOnIt(now)));
        });
    }

    /** The read model of whose rebuilds this is the last. */
    ReadModel find(String id) {
        return stores.keySet().stream()
                .map(documents::find)
                .filter(model -> model.rebuild() != null && model.rebuild().id().equals(id))
                .findFirst()
                .orElseThrow(() -> RequestRefused.notFound(
                        "REBUILD_NOT_FOUND",
                        "There is no rebuild " + id + ", or there was another of this projection since."));
    }

    Progress progress(ReadModel model) {
        Rebuild rebuild = rebuildOf(model);
        long head = head();
        long position = rebuild.state().needsBoth() ? position(model.projection(), rebuild.slot()) : -1;
        if (rebuild.state() != State.RUNNING || rebuild.runningSince() == null) {
            return new Progress(position, head, 0, null);
        }
        long millis = Math.max(
                1, Duration.between(rebuild.runningSince(), clock.instant()).toMillis());
        long perSecond = (position + 1) * 1000 / millis;
        return new Progress(position, head, perSecond, perSecond == 0 ? null : (head - position) / perSecond);
    }

    private long head() {
        return Positions.last(eventStore.get());
    }

    private long position(String projection, Slot slot) {
        return rebuilds.get().position(slot.nameOf(projection));
    }

    /** Does what the documents ask for, unless the service is not up yet, or not any more. */
    synchronized void look() {
        if (open) {
            stores.keySet().forEach(this::look);
        }
    }

    /** @param newLookSoon has another thread {@link #look}: that may take longer than a request is waited for */
    void open(Runnable newLookSoon) {
        lookSoon = newLookSoon;
        open = true;
    }

    /** Waits for a look that is under way. */
    synchronized void close() {
        open = false;
    }

    private void look(String projection) {
        ReadModel model = documents.find(projection);
        for (Slot slot : Slot.values()) {
            run(slot.nameOf(projection), model.needs(slot));
        }
        @Nullable Rebuild rebuild = model.rebuild();
        if (rebuild == null) {
            return;
        }
        if (rebuild.wipeAt() != null && !clock.instant().isBefore(rebuild.wipeAt())) {
            wipe(model, rebuild);
        } else if (rebuild.state() == State.RUNNING) {
            compare(model, rebuild);
        }
    }

    /** One that was stopped by somebody else, though it is needed, is left alone. */
    private void run(String processor, boolean needed) {
        EventProcessor here = processing.get().eventProcessor(processor).orElseThrow();
        boolean before = needs.getOrDefault(processor, here.isRunning());
        if (needed && !before) {
            LOG.info("{} begins to work", processor);
            here.start();
        } else if (!needed && before) {
            LOG.info("{} is not needed any more", processor);
            here.shutDown();
        }
        needs.put(processor, needed);
    }

    /** One instance at a time: the others leave it to the first for as long as it may take. */
    private void wipe(ReadModel model, Rebuild rebuild) {
        Slot unneeded = model.live().other();
        List<ViewStore<?>> views = storesOf(model.projection());
        leftovers.forgetMarks(unneeded, views);
        ReadModel taken = model.with(rebuild.wipedLater(onceNobodyWorksOnIt(clock.instant())));
        if (!documents.store(taken)) {
            // Whoever was first may have marked them again before they were forgotten here.
            if (rebuildOf(documents.find(model.projection())).wipeAt() == null) {
                leftovers.markAgain(unneeded, views);
            }
            return;
        }
        leftovers.wipe(unneeded.nameOf(model.projection()), unneeded, views);
        if (documents.store(
                taken.with(rebuild.state() == State.PREPARING ? rebuild.running(clock.instant()) : rebuild.wiped()))) {
            leftovers.markAgain(unneeded, views);
        }
    }

    /** When it has come to where the live one is; both go on. */
    private void compare(ReadModel model, Rebuild rebuild) {
        Slot slot = rebuild.slot();
        long live = position(model.projection(), slot.other());
        if (live < 0 || position(model.projection(), slot) < live) {
            return;
        }
        @Nullable Look before = comparisons.get(rebuild.id());
        Differences differences =
                before == null ? new Differences(storesOf(model.projection()), slot) : before.differences();
        int looks = before == null ? 1 : before.count() + 1;
        differences.look();
        if (differences.isUnsettled() && looks < LOOKS_AT_DIFFERENCES) {
            comparisons.put(rebuild.id(), new Look(differences, looks));
            return;
        }
        comparisons.remove(rebuild.id());
        Instant now = clock.instant();
        Rebuild ready = rebuild.ready(differences.result(), now);
        documents.store(
                model.with(rebuild.verify() ? ready.moved(State.VERIFIED, now, onceNobodyWorksOnIt(now)) : ready));
    }

    private List<ViewStore<?>> storesOf(String projection) {
        return stores.getOrDefault(projection, List.of());
    }

    /** Each instance has looked by then, and stopped. */
    private Instant onceNobodyWorksOnIt(Instant now) {
        return now.plus(lookInterval.multipliedBy(2));
    }

    private interface Change {
        ReadModel of(ReadModel model, Rebuild rebuild);
    }

    /** @param required the state that it has to be in; null if that depends */
    private Rebuild changeIn(String id, @Nullable State required, Change change) {
        return change(find(id).projection(), model -> {
            Rebuild rebuild = rebuildOf(model);
            if (!rebuild.id().equals(id)) {
                throw RequestRefused.notFound("REBUILD_NOT_FOUND", "There was another rebuild since " + id + ".");
            }
            if (required != null && rebuild.state() != required) {
                throw inState(rebuild);
            }
            return change.of(model, rebuild);
        });
    }

    private static RequestRefused inState(Rebuild rebuild) {
        return new RequestRefused(
                HttpStatus.CONFLICT,
                "REBUILD_STATE",
                switch (rebuild.state()) {
                    case PREPARING, RUNNING ->
                        "The rebuild " + rebuild.id() + " is not complete yet: wait until it is READY.";
                    case READY -> "The rebuild " + rebuild.id() + " is not shown yet: switch to it first.";
                    case LIVE -> "The rebuild " + rebuild.id() + " is shown already.";
                    case ROLLED_BACK, DISCARDED, VERIFIED ->
                        "The rebuild " + rebuild.id() + " is over (" + rebuild.state() + "): start another.";
                });
    }

    private Rebuild change(String projection, UnaryOperator<ReadModel> change) {
        while (true) {
            ReadModel changed = change.apply(documents.find(projection));
            if (documents.store(changed)) {
                lookSoon.run();
                return rebuildOf(changed);
            }
        }
    }

    static Rebuild rebuildOf(ReadModel model) {
        return Optional.ofNullable(model.rebuild()).orElseThrow();
    }
}
