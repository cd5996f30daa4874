package io.waybill.chassis.messaging;

import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/**
 * A batch may wait for its commands, or be suspended with its process, for longer than its claim lasts. Then another
 * instance has handled the same events, and those that came after them. So the claim is renewed once the commands are
 * answered, before any saga is stored, and the batch of whoever was robbed fails.
 *
 * <p>To be registered after {@link SagaCommands.Join}, because what is registered first runs first.
 */
final class KeptClaim implements MessageHandlerInterceptor<EventMessage<?>> {

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
            batch.getOrComputeResource(KeptClaim.class.getName(), key -> {
                batch.onPrepareCommit(all -> tokens.extendClaim(processor, segment));
                return this;
            });
        }
        return chain.proceed();
    }
}
