package io.waybill.chassis.messaging;

import java.util.Map;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventhandling.tokenstore.UnableToClaimTokenException;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.CurrentUnitOfWork;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * A batch may wait for its commands, or be suspended with its process, for longer than its claim lasts. Then another
 * instance has handled the same events, and those that came after them. So the claim is renewed once the commands are
 * answered, before anything is stored that counts on it, and the batch of whoever was robbed fails. Most batches of a
 * process have nothing to store, because their events are of no saga in their segment.
 */
public final class KeptClaim implements MessageHandlerInterceptor<EventMessage<?>> {

    private static final String RENEWAL = KeptClaim.class.getName();

    private final TokenStore tokens;
    private final String processor;

    KeptClaim(TokenStore tokens, String processor) {
        this.tokens = tokens;
        this.processor = processor;
    }

    @Override
    public Object handle(UnitOfWork<? extends EventMessage<?>> batch, InterceptorChain chain) throws Exception {
        @Nullable Integer segment = Segments.of(batch, processor);
        if (segment != null) {
            batch.root().resources().putIfAbsent(RENEWAL, (Runnable) () -> tokens.extendClaim(processor, segment));
        }
        return chain.proceed();
    }

    /**
     * Renews the claim of the batch that is being handled, the first time that it is asked to; to be called before
     * anything is stored. Without effect in a batch of a projection, whose views take no event twice.
     *
     * @throws UnableToClaimTokenException if another has it
     */
    public static void renew() {
        if (CurrentUnitOfWork.isStarted()) {
            Map<String, Object> resources = CurrentUnitOfWork.get().root().resources();
            if (resources.get(RENEWAL) instanceof Runnable renewal) {
                renewal.run();
                resources.remove(RENEWAL);
            }
        }
    }
}
