package io.waybill.simulation;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.chassis.messaging.CheckpointReached;
import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Misuse;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.inventory.ProductCommand.ListProduct;
import io.waybill.messages.order.OrderCommand.RecordDelivery;
import io.waybill.messages.order.OrderEvent.ReturnInspected;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.messages.payment.PaymentCommand.RefundPayment;
import io.waybill.simulation.books.Books;
import io.waybill.simulation.books.Violation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.jspecify.annotations.Nullable;

/**
 * The whole business in one thread: customers and clerks who ask for things, the services, the bank. What happens next is
 * chosen: somebody asks for something, a process reads some events, a command that was thought lost arrives, the bank
 * answers, time passes. Processes may crash while they wait for their commands, and other things happen while they wait.
 *
 * <p>The books are kept from the log alone and checked with every event. A history ends when everybody has calmed down
 * and nothing is left to happen; then the books are checked more strictly.
 */
final class World {

    /** Far more than it takes; what is not quiet by then never will be. */
    private static final int STEPS_UNTIL_QUIET = 5_000;
    /** How deep things may happen while a process waits while a process waits ... */
    private static final int DEEPEST = 2;

    private static final int BATCH = 8;
    /** A read model needs no command answered, so it may be given more at a time. */
    private static final int BATCH_OF_VIEW = 40;

    private static final int RARELY = 12;
    /** So much may happen while one that had the claim does nothing: enough for a process to begin and to end. */
    private static final int LONG_SLEEP = 25;

    /** One in so many points that a process passes is where it ends. */
    private static final int CRASHES = 100;
    /** One in so many commands under way goes down with whoever sent it. */
    private static final int LOST_ON_THE_WAY = 3;
    /** One in so many commands of processes is refused where a release is mistaken. */
    private static final int MISTAKES = 30;
    /** One in so many times something befalls a store. */
    private static final int LOSSES = 15;
    /** Longer than a worker's claim lasts, shorter than any deadline. */
    private static final Duration SOON = Duration.ofMinutes(1);
    /** How much may happen between two requests, in histories where all is slow, and in some where it is not. */
    private static final List<Integer> HASTE = List.of(5, 15, 40);

    /** What is the same everywhere in a history, or does not matter. */
    private static final Pattern WORDY =
            Pattern.compile("Money\\[minor=(-?[0-9]+), currency=...]|, shippingAddress=Address\\[[^]]*]");

    private final Services services;
    private final Choices choices;
    private final Bank bank;
    private final Books books;
    private final Clients clients;
    private final Courier courier;
    private final List<Reader> readers;
    /** Empty in histories in which nobody looks at read models: most of the time goes into them. */
    private List<Reader> projections = List.of();

    /** Commands of processes that crashed, which may still arrive. */
    private final List<Wire.Sent<?, ?>> strays = new ArrayList<>();
    /** What was asked for and granted, under an ID of its own. */
    private final List<Object> granted = new ArrayList<>();

    private final List<String> story = new ArrayList<>();
    private final boolean storyTold;
    private final Set<String> triedAgain = new HashSet<>();
    private boolean calm;
    /** Whether a release of a service is about that refuses what it should not. */
    private boolean mistaken;

    /** Whether no deadline passes as long as anything else can happen. */
    private boolean patient;

    private final Map<String, Integer> reached;
    private Consumer<Spot> watcher = spot -> {};
    private boolean watched;
    /** On behalf of which step a command is being handled. */
    private @Nullable String doing;

    private int depth;
    private int happenings;
    private @Nullable Violation violation;

    /**
     * @param services are reset
     * @param storyTold whether what happens is written down, which takes far longer than to let it happen
     */
    World(Services services, Choices choices, boolean storyTold) {
        this(services, choices, storyTold, new HashMap<>());
    }

    /** @param reached counts what happened that matters */
    World(Services services, Choices choices, boolean storyTold, Map<String, Integer> reached) {
        this.reached = reached;
        this.services = services;
        this.choices = choices;
        this.storyTold = storyTold;
        bank = new Bank(choices, diary -> tell("the bank %s", diary));
        books = new Books(bank);
        clients = new Clients(choices, books.orders(), this::request);
        services.reset(this::happened, this::deliverCommands, this::pass);
        courier = services.courier();
        courier.begin(bank, choices, this::answer, this::passCall);
        services.wire().choose(choices::below);
        readers = services.processes();
    }

    /** What happened so far, a line for each thing. */
    String story() {
        return String.join("\n", story);
    }

    Bank bank() {
        return bank;
    }

    Books books() {
        return books;
    }

    /** Lets people ask for a number of things, meanwhile anything happen, and in the end all that is left to happen. */
    void live(int requests) {
        mistaken = choices.onceIn(3);
        if (choices.onceIn(2)) {
            projections = services.projections();
        }
        clients.openShop();
        int haste = choices.oneOf(HASTE);
        for (int i = 0; i < requests; i++) {
            if (choices.onceIn(5)) {
                askAgain();
            } else {
                clients.act();
            }
            for (int happenings = choices.below(haste); happenings > 0; happenings--) {
                happen();
            }
        }
        if (choices.onceIn(4)) {
            calmDownWithoutBank();
        }
        calmDown();
    }

    /** Something happens by itself, if what is chosen can happen just now. */
    private void happen() {
        happenings++;
        pass();
        switch (choices.below(16)) {
            case 0, 1 -> carry();
            case 2 -> {
                if (!courier.tellLate()) {
                    bank.doSomethingLate();
                }
            }
            case 3 -> bank.hearACustomer();
            case 4 -> sendNotice();
            case 5 -> {
                if (choices.onceIn(RARELY)) {
                    bank.giveUpAHold();
                }
            }
            case 6 -> {
                if (!patient && choices.onceIn(RARELY)) {
                    fireTimer();
                }
            }
            case 7 -> {
                if (choices.onceIn(RARELY)) {
                    jumpClock();
                } else {
                    deliverStray();
                }
            }
            case 8 -> {
                if (choices.onceIn(LOSSES)) {
                    befall(choices.oneOf(services.stores()));
                }
            }
            case 9 -> watch(choices.oneOf(services.stores()));
            case 10, 11 -> read(projections, BATCH_OF_VIEW);
            default -> read(readers, BATCH);
        }
        check();
    }

    /** Lets several things be done in any order, with anything happening in between, and then all that is left to do. */
    void race(Runnable... contenders) {
        calm = false;
        patient = true;
        List<Runnable> left = new ArrayList<>(List.of(contenders));
        while (!left.isEmpty()) {
            if (choices.onceIn(5)) {
                choices.draw(left).run();
            } else {
                happen();
            }
        }
        calmDown();
    }

    /** Everybody does what is left to be done until nothing is, without faults; then the books are checked. */
    void calmDown() {
        calm = true;
        bank.calmDown();
        courier.calmDown();
        tell("--- everybody calms down");
        untilQuiet(true);
        count("histories that became quiet");
        unless(
                services.sagas().live().isEmpty(),
                11,
                "these wait for ever: %s",
                services.sagas().live());
        books.checkQuiet();
        if (!projections.isEmpty()) {
            count("histories with read models");
            services.checkViews();
        }
    }

    /** The same as long as the bank is not to be reached: no checkout outlives its deadline for that. */
    private void calmDownWithoutBank() {
        calm = true;
        tell("--- everybody calms down, and the bank is away");
        untilQuiet(false);
        books.checkCheckoutsEnded();
    }

    /**
     * Everybody does what can be done before long.
     *
     * @param bankAnswers whether the bank can be reached
     */
    void settle(boolean bankAnswers) {
        calm = true;
        bank.calmDown();
        courier.calmDown();
        Instant latest = services.now().plus(SOON);
        for (int i = 0; somethingHappensNow(bankAnswers) || (bankAnswers && waitForCourier(latest)); i++) {
            check();
            unless(i < STEPS_UNTIL_QUIET, 11, "no end in sight");
        }
    }

    private void untilQuiet(boolean bankAnswers) {
        for (int i = 0; somethingHappens(bankAnswers); i++) {
            check();
            unless(i < STEPS_UNTIL_QUIET, 11, "no end in sight");
        }
        check();
    }

    /** What can happen by itself does first; only if nothing does, time is what moves things on. */
    private boolean somethingHappens(boolean bankAnswers) {
        return somethingHappensNow(bankAnswers)
                || (bankAnswers
                        && waitForCourier(firstTimer().map(Timers.Timer::at).orElse(Instant.MAX)))
                || fireTimer()
                || (bankAnswers && decideAboutRefusedReturns());
    }

    private boolean somethingHappensNow(boolean bankAnswers) {
        pass();
        return repair()
                || read(readers, BATCH)
                || read(projections, BATCH_OF_VIEW)
                || deliverStray()
                || courier.tellLate()
                || (bankAnswers && (carry() || bank.doSomethingLate() || sendNotice()))
                || (mistaken && retryStalled());
    }

    // What people ask for.

    /** Has somebody's request handled at once; a misuse is told to them and changes nothing. */
    void request(Object command) {
        if (command instanceof RefundPayment refund) {
            books.goodwill(refund.refundId());
        }
        int before = services.log().size();
        int earlier = happenings;
        tell("asked: %s", command);
        @Nullable Fault fault = fault(command);
        boolean unchanged = services.log().size() == before || happenings != earlier;
        if (fault != null) {
            tell("  refused: %s", fault.code());
            unless(unchanged, 10, "refused, and yet something happened: %s", command);
        } else if (!(command instanceof RecordDelivery || command instanceof ListProduct)) {
            granted.add(command);
        }
    }

    /** Somebody asks again for what was granted: nothing happens, and nobody is told off. */
    private void askAgain() {
        if (!granted.isEmpty()) {
            Object command = choices.oneOf(granted);
            int before = services.log().size();
            int earlier = happenings;
            tell("asked again: %s", command);
            count("requests repeated");
            @Nullable Fault fault = fault(command);
            unless(fault == null, 16, "refused with %s the second time: %s", fault, command);
            unless(services.log().size() == before || happenings != earlier, 16, "happened twice: %s", command);
        }
    }

    private void answer(PaymentCommand command) {
        tell("bank: %s", command);
        @Nullable Fault fault = fault(command);
        unless(fault == null, 15, "%s: an answer was refused: %s", fault, command);
    }

    /** Who hears nothing of a command, or that another was faster, sends it again. */
    private @Nullable Fault fault(Object command) {
        @Nullable Throwable thrown = onBehalfOf(null, () -> services.handle(command));
        while (Crash.isBehind(thrown)) {
            tell("  once more, after: %s", thrown);
            thrown = onBehalfOf(null, () -> services.handle(command));
        }
        if (thrown == null) {
            return null;
        }
        Throwable refusal = thrown;
        return Misuse.faultOf(refusal)
                .orElseThrow(() -> new IllegalStateException("cannot handle " + command, refusal));
    }

    // What processes do.

    /** Somebody handles events not read yet, may crash meanwhile, or forget that he did; false if all is read. */
    private boolean read(List<Reader> some, int most) {
        List<Reader> late = some.stream()
                .filter(reader -> !reader.isBusy() || (!calm && reader.canBeRobbed()))
                .filter(reader -> reader.behind(services.log()) > 0)
                .toList();
        if (late.isEmpty()) {
            return false;
        }
        List<Reader> robbed = late.stream().filter(Reader::isBusy).toList();
        Reader reader = choices.oneOf(robbed.isEmpty() || choices.onceIn(2) ? late : robbed);
        if (reader.isBusy()) {
            count("claims taken from an instance amid a batch");
        }
        int behind = reader.behind(services.log());
        int batch = choices.between(1, Math.min(oneOr(most), behind));
        boolean keepsPosition = calm || !choices.onceIn(12);
        tell("%s reads %d of %d%s", reader, batch, behind, keepsPosition ? "" : " and will forget it");
        if (!keepsPosition) {
            count("batches handled twice");
        }
        @Nullable String before = doing;
        try {
            reader.read(services.log(), batch, keepsPosition);
        } catch (RuntimeException e) {
            if (!Crash.isBehind(e) && reader.isWhole()) {
                throw e;
            }
            tell("%s did not finish: %s", reader, e);
        } finally {
            doing = before;
        }
        return true;
    }

    /**
     * A process that begins and ends in one batch is never stored, and leaves nothing by which one who lost his claim
     * when it was checked already, and is just storing it, could see that it has ended.
     */
    private int oneOr(int most) {
        return services.sagas().isBeingStored() ? 1 : most;
    }

    /** The commands of one batch arrive in any order, some of them twice, and other things happen in between. */
    private void deliverCommands() {
        List<Wire.Sent<?, ?>> sent = services.wire().take();
        while (!sent.isEmpty()) {
            if (!calm && choices.onceIn(25)) {
                List<Wire.Sent<?, ?>> underWay = sent.stream()
                        .filter(command -> !choices.onceIn(LOST_ON_THE_WAY))
                        .toList();
                strays.addAll(underWay);
                count("processes that crashed with commands under way");
                if (underWay.size() < sent.size()) {
                    count("processes that crashed and whose commands never arrived");
                }
                throw new Crash("with commands under way");
            }
            Wire.Sent<?, ?> next = choices.draw(sent);
            if (!calm && choices.onceIn(25)) {
                count("commands that arrive twice");
                strays.add(next);
            }
            deliver(next);
            pass(Point.AFTER_DISPATCH, next.step());
            meanwhile(choices.onceIn(RARELY) ? LONG_SLEEP : 1);
        }
    }

    private boolean carry() {
        try {
            return courier.run();
        } catch (RuntimeException e) {
            if (!Crash.isBehind(e)) {
                throw e;
            }
            tell("the courier did not finish: %s", e);
            return true;
        }
    }

    private void meanwhile(int happenings) {
        if (!calm && depth < DEEPEST && choices.onceIn(4)) {
            depth++;
            try {
                for (int left = happenings; left > 0; left--) {
                    happen();
                }
            } finally {
                depth--;
            }
        }
    }

    private boolean deliverStray() {
        if (strays.isEmpty()) {
            return false;
        }
        tell("late or repeated:");
        deliver(choices.draw(strays));
        return true;
    }

    private void deliver(Wire.Sent<?, ?> sent) {
        tell("  -> %s", sent.command().getPayload());
        onBehalfOf(sent.step(), () -> {
            if (mistaken && !calm && sent.step() != null && choices.onceIn(MISTAKES)) {
                tell("     refused by mistake");
                count("commands refused by mistake");
                services.wire().refuse(sent, Misuse.conflict("MISTAKEN", "The next release will know better."));
            } else {
                services.wire().deliver(sent);
            }
            return null;
        });
    }

    // What befalls stores.

    /** A store is lost, in whole or in part, or saved, or put back to what it was when it was saved. */
    private void befall(Store store) {
        switch (choices.below(4)) {
            case 0 -> {
                tell("%s loses its store", store);
                count("stores lost");
                store.lose();
            }
            case 1 -> {
                if (store.isWhole()) {
                    tell("%s loses %s", store, store.lose(choices));
                    count("collections lost");
                }
            }
            case 2 -> store.save();
            default -> {
                if (store.putBack()) {
                    tell("%s has its store put back", store);
                    count("stores put back");
                }
            }
        }
    }

    /** What a service does every few seconds: it looks whether its store is whole, and says how far it is. */
    private boolean watch(Store store) {
        boolean wasWhole = store.isWhole();
        try {
            if (!store.look()) {
                return false;
            }
            if (!wasWhole && store.isWhole()) {
                tell("%s begins anew", store);
                count("stores made anew");
            }
            onBehalfOf(null, () -> {
                store.recordCheckpoints();
                return true;
            });
        } catch (RuntimeException e) {
            if (!Crash.isBehind(e)) {
                throw e;
            }
            tell("%s did not finish looking: %s", store, e);
        }
        return true;
    }

    private boolean repair() {
        Optional<Store> broken =
                services.stores().stream().filter(store -> !store.isWhole()).findFirst();
        broken.ifPresent(this::watch);
        return broken.isPresent();
    }

    // What time and the bank do.

    private boolean sendNotice() {
        Optional<String> notice = bank.sendNotice(!calm);
        notice.ifPresent(this::look);
        return notice.isPresent();
    }

    /** A message of the bank arrives, which is about an authorization. */
    void look(String authorizationId) {
        tell("bank says: look at %s", authorizationId);
        try {
            courier.look(authorizationId);
        } catch (Crash crash) {
            tell("nobody has heard it: %s", crash);
            bank.repeat(authorizationId);
        }
    }

    private Optional<Timers.Timer> firstTimer() {
        return services.timers().waiting().stream().min(Comparator.comparing(Timers.Timer::at));
    }

    private boolean fireTimer() {
        Optional<Timers.Timer> first = firstTimer();
        first.ifPresent(timer -> {
            if (timer.at().isAfter(services.now())) {
                services.moveClockTo(timer.at());
            }
            services.timers().waiting().remove(timer);
            tell("it is %s", timer.at());
            count("deadlines that passed");
            publish(timer.event());
        });
        return first.isPresent();
    }

    /** Operators have those try again of which a command was refused. */
    private boolean retryStalled() {
        List<ProcessRetried> retries = services.sagas().retries();
        for (ProcessRetried retry : retries) {
            tell("somebody decides: %s", retry);
            count("processes retried by operators");
            publish(GenericEventMessage.asEventMessage(retry));
        }
        return !retries.isEmpty();
    }

    /** Somebody has each refused refund tried once more, and then gives it up. */
    private boolean decideAboutRefusedReturns() {
        List<ReturnInspected> refused = services.sagas().refusedReturns();
        for (ReturnInspected goods : refused) {
            ProcessEvent decision = triedAgain.add(goods.returnId())
                    ? new ProcessRetried(goods.orderId(), goods.returnId(), "return")
                    : new ProcessResolved(goods.orderId(), goods.returnId(), "return", "settled by hand");
            tell("somebody decides: %s", decision);
            publish(GenericEventMessage.asEventMessage(decision));
        }
        return !refused.isEmpty();
    }

    /** Until something is tried again, or a customer is given up. */
    private boolean waitForCourier(Instant latest) {
        Optional<Instant> due =
                courier.firstDue().filter(services.now()::isBefore).filter(latest::isAfter);
        due.ifPresent(services::moveClockTo);
        return due.isPresent();
    }

    /** Whoever publishes an event and hears nothing of it does so again. */
    void publish(EventMessage<?> event) {
        @Nullable Throwable thrown;
        do {
            thrown = onBehalfOf(null, () -> services.publish(event));
        } while (thrown != null);
    }

    private void jumpClock() {
        Duration jump = Duration.ofMinutes(choices.between(-60, 60));
        tell("the clock jumps by %s", jump);
        count("jumps of the clock");
        services.moveClockTo(services.now().plus(jump));
    }

    private void pass() {
        services.moveClockTo(services.now().plusSeconds(1));
    }

    // Where processes end.

    /** From now on somebody is told of each point passed on behalf of a step, and may make it end there by a crash. */
    void watch(Consumer<Spot> newWatcher) {
        watcher = newWatcher;
        watched = true;
    }

    private void pass(Point point, @Nullable String step) {
        switch (point) {
            case BEFORE_APPEND -> meanwhile(1);
            case BEFORE_SAGA_WRITE, AMID_SAGA_WRITE -> meanwhile(choices.onceIn(RARELY) ? LONG_SLEEP : 1);
            case BEFORE_VIEW_WRITE -> {
                if (choices.onceIn(RARELY)) {
                    meanwhile(1);
                }
            }
            default -> {}
        }
        @Nullable String behalf = step == null ? doing : step;
        if (behalf != null) {
            watcher.accept(new Spot(behalf, point));
        }
        if (!calm && choices.onceIn(CRASHES)) {
            tell("  --- crash %s", point);
            count("crashes " + point);
            throw new Crash(point.toString());
        }
    }

    private void passCall(Point point, String orderId) {
        if (watched) {
            services.sagas().waitingForPayment(orderId).forEach(step -> watcher.accept(new Spot(step, point)));
        }
        pass(point, null);
    }

    private <T extends @Nullable Object> T onBehalfOf(@Nullable String step, Supplier<T> action) {
        @Nullable String before = doing;
        doing = step;
        try {
            return action.get();
        } finally {
            doing = before;
        }
    }

    private void count(String what) {
        reached.merge(what, 1, Integer::sum);
    }

    // What is seen of it.

    /** Notes what is wrong rather than throwing it, because it would be thrown into an aggregate. */
    private void happened(EventMessage<?> message) {
        tell("    %s", message.getPayload());
        if (message.getPayload() instanceof CheckpointReached) {
            count("checkpoints");
        }
        try {
            unless(
                    !(message.getPayload() instanceof ProcessStalled) || mistaken,
                    11,
                    "a process is stuck: %s",
                    message.getPayload());
            books.add(message.getPayload());
        } catch (Violation found) {
            violation = violation == null ? found : violation;
        }
    }

    private void check() {
        if (violation != null) {
            throw violation;
        }
    }

    @SuppressWarnings("AnnotateFormatMethod") // which takes a library of annotations more
    private void tell(String format, @Nullable Object... values) {
        if (storyTold) {
            String told = String.format(Locale.ROOT, format, values);
            story.add("  ".repeat(2 * depth) + WORDY.matcher(told).replaceAll("$1"));
        }
    }
}
