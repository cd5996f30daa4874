package io.waybill.simulation;

import io.waybill.chassis.messaging.ChassisParts;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.payment.PaymentCommand;
import io.waybill.payment.provider.PaymentProvider;
import io.waybill.payment.provider.ProviderByHand;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.axonframework.commandhandling.CommandExecutionException;
import org.axonframework.commandhandling.SimpleCommandBus;
import org.axonframework.commandhandling.gateway.DefaultCommandGateway;
import org.axonframework.eventsourcing.eventstore.EventStore;
import org.bson.BsonDocument;
import org.jspecify.annotations.Nullable;

/**
 * The workers of the payment service, with the documents by which they share the work. What they tell may arrive twice, or
 * so late that others have asked again meanwhile; and they may end before and after each call.
 */
final class Courier {

    private static final String WORK = "providerWork";

    /** The end of a process, which no handler of exceptions survives. */
    private static final class Ended extends Error {

        private static final long serialVersionUID = 1L;

        private final Crash crash;

        Ended(Crash crash) {
            super(crash);
            this.crash = crash;
        }
    }

    private record Surroundings(
            Bank bank, Choices choices, Consumer<PaymentCommand> answers, BiConsumer<Point, String> points) {}

    private final Store store;
    private final ProviderByHand provider;
    /** Answers that somebody has yet to tell. */
    private final List<PaymentCommand> late = new ArrayList<>();

    private @Nullable Surroundings surroundings;
    private boolean reliable;
    /** What the worker would take for bad luck, and try again. */
    private @Nullable AssertionError failure;

    Courier(Store store, EventStore events, InstantSource clock) {
        this.store = store;
        SimpleCommandBus bus = SimpleCommandBus.builder().build();
        for (Class<?> answer : PaymentCommand.class.getPermittedSubclasses()) {
            bus.subscribe(answer.getName(), command -> record((PaymentCommand) command.getPayload()));
        }
        var commands =
                new SagaCommands(DefaultCommandGateway.builder().commandBus(bus).build(), events);
        provider = new ProviderByHand(
                store.documents().database(),
                events,
                commands,
                ChassisParts.correlation(),
                new ProviderByHand.Calls() {
                    @Override
                    public <T> T call(@Nullable String orderId, Function<PaymentProvider, T> call) {
                        return Courier.this.call(orderId, call);
                    }
                },
                clock,
                () -> now().choices().below(Integer.MAX_VALUE));
    }

    /**
     * Begins to work.
     *
     * @param answers is told what the bank answered
     * @param points is told before and after each call of whose order it is about, and may throw
     */
    void begin(Bank bank, Choices choices, Consumer<PaymentCommand> answers, BiConsumer<Point, String> points) {
        surroundings = new Surroundings(bank, choices, answers, points);
    }

    private Surroundings now() {
        if (surroundings == null) {
            throw new IllegalStateException("Nobody works yet");
        }
        return surroundings;
    }

    /** Handles the events of payments in an instance of its own. */
    Object handler() {
        return provider.handler();
    }

    /** From now on every answer is told at once. */
    void calmDown() {
        reliable = true;
    }

    /**
     * Works at a payment; false if none is due.
     *
     * @throws Crash if the worker ends at one of its calls
     */
    boolean run() {
        try {
            boolean worked = provider.workAtOne();
            if (failure != null) {
                throw failure;
            }
            return worked;
        } catch (Ended end) {
            throw end.crash;
        }
    }

    /** When the first payment is due of which something is outstanding; empty if none is. */
    Optional<Instant> firstDue() {
        return store.documents().in(WORK).values().stream()
                .filter(document -> document.containsKey("task")
                        && !ProviderByHand.isLook(document.getString("task").getValue()))
                .map(document -> later(time(document, "dueAt"), time(document, "claimedUntil")))
                .min(Instant::compareTo);
    }

    private static Instant time(BsonDocument document, String field) {
        return Instant.ofEpochMilli(document.getDateTime(field).getValue());
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /** Heeds a message of the bank about an authorization. */
    void look(String authorizationId) {
        now().bank().paymentOf(authorizationId).ifPresent(payment -> provider.look(payment, authorizationId));
    }

    /** Tells an answer that is late; false if there is none. */
    boolean tellLate() {
        if (late.isEmpty()) {
            return false;
        }
        now().answers().accept(now().choices().draw(late));
        return true;
    }

    private <T> T call(@Nullable String orderId, Function<PaymentProvider, T> call) {
        String order = String.valueOf(orderId);
        pass(Point.BEFORE_PROVIDER_CALL, order);
        T answer = call.apply(now().bank());
        pass(Point.AFTER_PROVIDER_CALL, order);
        return answer;
    }

    private void pass(Point point, String order) {
        try {
            now().points().accept(point, order);
        } catch (Crash crash) {
            throw new Ended(crash);
        }
    }

    /** @throws CommandExecutionException if whoever tells it does not hear that it has arrived */
    private @Nullable Object record(PaymentCommand answer) {
        boolean arrives = reliable || !now().choices().onceIn(8);
        if (!arrives || (!reliable && now().choices().onceIn(16))) {
            late.add(answer);
        }
        if (!arrives) {
            throw new CommandExecutionException("No answer in time", new Crash("the answer is late"));
        }
        try {
            Services.outside(() -> now().answers().accept(answer));
        } catch (AssertionError e) {
            failure = e;
            throw e;
        }
        return null;
    }
}
