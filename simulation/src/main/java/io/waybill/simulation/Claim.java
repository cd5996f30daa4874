package io.waybill.simulation;

import java.lang.reflect.Proxy;
import java.util.Objects;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.jspecify.annotations.Nullable;

/** The right to handle the events of a segment, until another takes it. */
@FunctionalInterface
interface Claim {

    /** Under which a batch knows its claim. */
    String RESOURCE = Claim.class.getName();

    /** A store of tokens in which the claim of the batch in whose midst one is can be renewed, and nothing else done. */
    TokenStore OF_CURRENT_BATCH = (TokenStore) Proxy.newProxyInstance(
            Claim.class.getClassLoader(), new Class<?>[] {TokenStore.class}, (proxy, method, arguments) -> {
                if (!method.getName().equals("extendClaim")) {
                    throw new UnsupportedOperationException(method.toString());
                }
                @Nullable Claim claim = CurrentUnitOfWork.get().root().getResource(RESOURCE);
                Objects.requireNonNull(claim, "a batch without a claim").check();
                return null;
            });

    /**
     * Looks whether it is still held.
     *
     * @throws Crash if another has taken it
     */
    void check();
}
