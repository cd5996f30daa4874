package io.waybill.inventory.checkout;

import io.waybill.messages.checkout.ProcessEvent.ProcessRetried;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;

/** Opens to the simulation at which step a process is, and which steps there are. */
public final class Steps {

    private Steps() {}

    /** Where a process is, as {@code saga.STEP}; empty before it has started. */
    public static Optional<String> of(Object saga) {
        return saga instanceof OrderProcess<?> process && process.hasStarted()
                ? Optional.of(name(process.getClass(), process.step()))
                : Optional.empty();
    }

    /** Whether a process waits for what payment or its customer does about an order. */
    public static boolean waitsForPayment(Object saga, String orderId) {
        return saga instanceof OrderProcess<?> process
                && process.hasStarted()
                && process.orderId().equals(orderId)
                && (process.waitsFor() == OrderProcess.WaitsFor.PAYMENT
                        || process.waitsFor() == OrderProcess.WaitsFor.CUSTOMER);
    }

    /** What an operator asks for who has a process try again that waits because a command was refused; empty otherwise. */
    public static Optional<ProcessRetried> retryOf(Object saga) {
        return saga instanceof OrderProcess<?> process
                        && process.view().stalled()
                        && process.waitsFor() != OrderProcess.WaitsFor.OPERATOR
                ? Optional.of(new ProcessRetried(process.orderId(), process.processId(), process.process()))
                : Optional.empty();
    }

    /** All steps of a process, in their order. */
    public static Stream<String> all(Class<?> saga) {
        return Arrays.stream(saga.getDeclaredClasses())
                .filter(OrderProcess.Step.class::isAssignableFrom)
                .flatMap(steps -> Arrays.stream(steps.getEnumConstants()))
                .map(step -> name(saga, (Enum<?>) step));
    }

    private static String name(Class<?> saga, Enum<?> step) {
        return saga.getSimpleName() + "." + step.name();
    }
}
