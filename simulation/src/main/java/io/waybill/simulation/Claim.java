package io.waybill.simulation;

import static io.waybill.simulation.books.Violation.unless;

import io.waybill.chassis.messaging.Positions;
import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.axonframework.eventhandling.TrackedEventMessage;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;

/**
 * The right to handle the events of a segment, until another takes it.
 *
 * @param isHeld whether it is still held
 * @param checkpoint up to which position its events were handled for good before
 */
record Claim(BooleanSupplier isHeld, long checkpoint) {

    /** A store of tokens in which the claim of the current batch can be renewed, and nothing else done. */
    static final TokenStore OF_CURRENT_BATCH = (TokenStore) Proxy.newProxyInstance(
            Claim.class.getClassLoader(), new Class<?>[] {TokenStore.class}, (proxy, method, arguments) -> {
                if (!method.getName().equals("extendClaim")) {
                    throw new UnsupportedOperationException(method.toString());
                }
                current().orElseThrow().check();
                return null;
            });

    private static final String RESOURCE = Claim.class.getName();

    /** From now on this is the claim of a batch. */
    void cover(UnitOfWork<?> batch) {
        batch.resources().put(RESOURCE, this);
    }

    /**
     * Looks whether it is still held.
     *
     * @throws Crash if it is not
     */
    void check() {
        if (!isHeld.getAsBoolean()) {
            throw new Crash("its claim was taken");
        }
    }

    /** Checks that nothing is sent on account of an event that was handled for good before. */
    static void checkNoReplay(Object sent) {
        current().ifPresent(claim -> {
            if (CurrentUnitOfWork.get().root().getMessage() instanceof TrackedEventMessage<?> event) {
                long position = Positions.of(event.trackingToken());
                unless(position > claim.checkpoint(), 20, "a replay of %s sends %s", event.getPayload(), sent);
            }
        });
    }

    private static Optional<Claim> current() {
        return CurrentUnitOfWork.isStarted()
                ? Optional.ofNullable(CurrentUnitOfWork.get().root().getResource(RESOURCE))
                : Optional.empty();
    }
}
