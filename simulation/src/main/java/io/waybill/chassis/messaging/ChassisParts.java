package io.waybill.chassis.messaging;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.serialization.Serializer;

/** Opens to the simulation what services get from their configuration. */
public final class ChassisParts {

    private ChassisParts() {}

    /** Joins the commands of a batch of events. */
    public static MessageHandlerInterceptor<EventMessage<?>> join() {
        return join("simulated", Set.of());
    }

    /** Lets a read model have no effect on anything else. */
    public static MessageHandlerInterceptor<EventMessage<?>> joinOfProjection(String processor) {
        return join(processor, Set.of(processor));
    }

    private static MessageHandlerInterceptor<EventMessage<?>> join(String processor, Set<String> projections) {
        return new SagaCommands.Join(
                processor, new Checkpoints("simulated", projections, never("A simulated process has no checkpoint")));
    }

    /** Looks, before anything of a batch is stored, whether its claim is still held. */
    public static MessageHandlerInterceptor<EventMessage<?>> keepClaim(TokenStore claims, String processor) {
        return new KeptClaim(claims, processor);
    }

    /** Says of read models how far they are behind. Nobody asks. */
    public static Rebuilds rebuilds() {
        return new Rebuilds(
                new ReadProgress() {
                    @Override
                    public Map<Integer, Long> segments(String processor) {
                        return Map.of();
                    }

                    @Override
                    public Optional<String> generation() {
                        return Optional.empty();
                    }
                },
                never("Nobody asks for processors"),
                never("Nobody asks for the end of the log"));
    }

    /** Writes and reads sagas as services do. */
    public static Serializer serializer() {
        return AllowListSerializer.create();
    }

    private static <T> Supplier<T> never(String why) {
        return () -> {
            throw new IllegalStateException(why);
        };
    }
}
