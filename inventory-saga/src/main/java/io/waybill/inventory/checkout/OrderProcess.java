package io.waybill.inventory.checkout;

import com.fasterxml.jackson.annotation.JsonAutoDetect;
import io.waybill.chassis.messaging.Fault;
import io.waybill.chassis.messaging.Parked;
import io.waybill.chassis.messaging.Parking;
import io.waybill.chassis.messaging.SagaCommands;
import io.waybill.messages.DerivedId;
import io.waybill.messages.OrderRelated;
import io.waybill.messages.checkout.ProcessEvent;
import io.waybill.messages.checkout.ProcessEvent.ProcessResolved;
import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import io.waybill.messages.checkout.ProcessEvent.ProcessStalled;
import io.waybill.messages.payment.PaymentEvent.OutcomeUnknown;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.Scope;
import org.axonframework.messaging.interceptors.MessageHandlerInterceptor;
import org.axonframework.modelling.saga.AnnotatedSaga;
import org.axonframework.modelling.saga.SagaLifecycle;
import org.jspecify.annotations.Nullable;

/**
 * What all processes have in common: each is at a step, whose commands it has sent and whose answers it waits for. It
 * can be seen while it waits. A command refused in a way it has no answer to makes it wait for an operator, who has it
 * do the step again or give up. So does an event that it cannot handle, together with all that come after it.
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

    /** Where a process stands that fails on its first event. */
    private static final String NOT_STARTED = "NOT_STARTED";

    private @Nullable S step;
    /** Time of the event that led to the step; the release before did not store it, and those have waited longest. */
    private Instant since = Instant.EPOCH;

    /** Commands of the step that were a misuse. Not final, because Jackson leaves a final field as it is. */
    private SortedSet<String> misused = new TreeSet<>();

    private @Nullable String lastError;

    private Parked parked = new Parked();
    private @Nullable Beginning beginning;

    /** Whose process it is that could not begin. */
    private record Beginning(String orderId, String processId) {}

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
                beginning().processId(),
                beginning().orderId(),
                step == null ? NOT_STARTED : step.name(),
                isStalled() ? WaitsFor.OPERATOR : waitsFor(),
                since,
                isStalled(),
                parked.isEmpty() ? lastError : parked.error(),
                parked.isEmpty()
                        ? null
                        : new ProcessView.ParkedEvent(parked.position(), parked.type(), parked.waiting()),
                deadline());
    }

    private Beginning beginning() {
        return hasStarted()
                ? new Beginning(orderId(), processId())
                : Objects.requireNonNull(
                        beginning, "a process that has not started has an event that it cannot handle");
    }

    /** Around every handler: what one of them fails on waits for an operator, and whatever comes later waits behind it. */
    @MessageHandlerInterceptor
    final @Nullable Object handle(EventMessage<?> event, InterceptorChain handler, Parking parking) throws Exception {
        Function<String, Object> stalled = error -> stall(event, error);
        return switch (event.getPayload()) {
            case ProcessRetried retried
            when isParked(retried.process()) -> {
                parking.retry(parked);
                yield null;
            }
            case ProcessResolved resolved
            when isParked(resolved.process()) -> {
                @Nullable S stuckAt = step;
                boolean goesOn = hasStarted() && parking.discard(parked);
                if (goesOn) {
                    parking.handleAtOnce(parked, event, handler, stalled);
                }
                // Without the event that was given up, nothing may ever lead it on.
                if (!goesOn || (step == stuckAt && parked.isEmpty())) {
                    SagaLifecycle.end();
                }
                yield null;
            }
            case ProcessEvent decision -> parking.handleAtOnce(parked, event, handler, stalled);
            default -> parking.handle(parked, event, handler, stalled);
        };
    }

    private boolean isParked(String kind) {
        return isAbout(kind) && !parked.isEmpty();
    }

    private ProcessStalled stall(EventMessage<?> event, String error) {
        if (!hasStarted()) {
            // It is associated with what names it, and with nothing else yet.
            String processId =
                    SagaLifecycle.associationValues().iterator().next().getValue();
            beginning = new Beginning(((OrderRelated) event.getPayload()).orderId(), processId);
            since = event.getTimestamp();
        }
        return new ProcessStalled(
                beginning().orderId(),
                beginning().processId(),
                process(),
                event.getPayloadType().getSimpleName(),
                "EVENT_NOT_HANDLED",
                error);
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
        return !parked.isEmpty() || isRefused();
    }

    private boolean isRefused() {
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
        if (isAbout(resolved.process()) && !giveUp(resolved.reason(), at, commands) && isRefused()) {
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
            if (!isRefused()) {
                SagaLifecycle.end();
            }
        }));
    }
}
