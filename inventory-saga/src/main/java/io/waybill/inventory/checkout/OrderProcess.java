package io.waybill.inventory.checkout;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import org.axonframework.messaging.Scope;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.jspecify.annotations.Nullable;

/**
 * What all processes have in common: each is at a step, whose commands it has sent and whose answers it waits for. It
 * can be seen while it waits. A command refused in a way it has no answer to makes it wait for an operator, who has it
 * do the step again or give up.
 *
 * <p>A process may be given an event twice, even one it has long passed, so each handler asks where it stands first.
 *
 * @param <S> its steps
 */
@JsonAutoDetect(
        fieldVisibility = JsonAutoDetect.Visibility.ANY,
        getterVisibility = JsonAutoDetect.Visibility.NONE,
        isGetterVisibility = JsonAutoDetect.Visibility.NONE)
abstract class OrderProcess<S extends Enum<S> & OrderProcess.Step> {

    /** Whose turn it is. */
    enum WaitsFor {
        STOCK,
        PAYMENT,
        /** To do something at the payment provider. */
        CUSTOMER,
        ORDER,
        OPERATOR,
        /** A last step: once its commands are answered the process is over. */
        NOBODY
    }

    /** One step of a process. */
    interface Step {

        WaitsFor waitsFor();
    }

    private @Nullable S step;
    /** Time of the event that led to the step; the release before did not store it, and those have waited longest. */
    private Instant since = Instant.EPOCH;

    /** Commands of the step that were a misuse. Not final, because Jackson leaves a final field as it is. */
    private SortedSet<String> misused = new TreeSet<>();

    private @Nullable String lastError;

    /** Kind of the process, as operators know it. */
    abstract String process();

    abstract String processId();

    abstract String orderId();

    final String paymentId() {
        return DerivedId.payment(orderId());
    }

    final String reservationId(String sku) {
        return DerivedId.reservation(orderId(), sku);
    }

    /** What the current step asks for; sent again, it changes nothing that is already so. */
    abstract List<?> commands();

    /**
     * Undoes what was arranged, as after a refusal.
     *
     * @return false if there is nothing to undo, it is too late for that, or it is already being done
     */
    boolean giveUp(String reason, Instant at, SagaCommands commands) {
        return false;
    }

    /** When the process gives up by itself, if it does. */
    @Nullable
    Instant deadline() {
        return null;
    }

    /** Whose answer the current step needs. */
    WaitsFor waitsFor() {
        return step().waitsFor();
    }

    /** What an operator sees of a process. */
    final ProcessView view() {
        return new ProcessView(
                process(),
                processId(),
                orderId(),
                step().name(),
                isStalled() ? WaitsFor.OPERATOR : waitsFor(),
                since,
                isStalled(),
                lastError,
                deadline());
    }

    final boolean hasStarted() {
        return step != null;
    }

    @SafeVarargs
    final boolean isAt(S... steps) {
        for (S candidate : steps) {
            if (candidate == step) {
                return true;
            }
        }
        return false;
    }

    /** Whether a command of the current step was a misuse, so that nothing comes of it. */
    final boolean isMisused(Class<?> command) {
        return misused.contains(command.getSimpleName());
    }

    private boolean isStalled() {
        return !misused.isEmpty() || waitsFor() == WaitsFor.OPERATOR;
    }

    final S step() {
        return Objects.requireNonNull(step, "a process starts with a step");
    }

    final void enter(S next, Instant at, SagaCommands commands) {
        step = next;
        since = at;
        sendCommands(commands);
    }

    final void note(OutcomeUnknown unknown) {
        note("The outcome of " + unknown.operation() + " is unknown: " + unknown.error());
    }

    /** What an operator should know of the current step. */
    final void note(String error) {
        lastError = error;
    }

    final void retry(ProcessRetried retried, SagaCommands commands) {
        if (isAbout(retried.process())) {
            sendCommands(commands);
        }
    }

    final void resolve(ProcessResolved resolved, Instant at, SagaCommands commands) {
        if (isAbout(resolved.process()) && !giveUp(resolved.reason(), at, commands) && isStalled()) {
            SagaLifecycle.end();
        }
    }

    /** Another process of the order may go by the same ID. */
    final boolean isAbout(String kind) {
        return kind.equals(process());
    }

    private void sendCommands(SagaCommands commands) {
        misused.clear();
        lastError = null;
        for (Object command : commands()) {
            commands.send(command, fault -> stall(command, fault));
        }
        if (waitsFor() == WaitsFor.NOBODY) {
            endOnceAnswered(commands);
        }
    }

    private ProcessStalled stall(Object command, Fault fault) {
        misused.add(command.getClass().getSimpleName());
        lastError = command.getClass().getSimpleName() + " was refused: " + fault.code() + ", " + fault.detail();
        return new ProcessStalled(
                orderId(), processId(), process(), command.getClass().getSimpleName(), fault.code(), fault.detail());
    }

    /** The answers come before the saga is stored: one that is over by then never is. */
    private void endOnceAnswered(SagaCommands commands) {
        AnnotatedSaga<?> saga = Scope.getCurrentScope();
        commands.onceAnswered(() -> saga.execute(process -> {
            if (!isStalled()) {
                SagaLifecycle.end();
            }
        }));
    }
}
