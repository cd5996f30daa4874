package io.waybill.chassis.messaging;

import java.util.function.Supplier;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.scheduling.EventScheduler;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.messaging.InterceptorChain;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.messaging.interceptors.CorrelationDataInterceptor;
import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.axonframework.serialization.AnnotationRevisionResolver;
import org.axonframework.serialization.Serializer;

/** Opens to the simulation what services get from their configuration. */
public final class ChassisParts {

    private ChassisParts() {}

    /** Joins the commands of a batch of events, of which those up to the checkpoint are a replay. */
    public static MessageHandlerInterceptor<EventMessage<?>> join(String processor, Supplier<Checkpoints> checkpoints) {
        return new MessageHandlerInterceptor<>() {
            @Override
            public Object handle(UnitOfWork<? extends EventMessage<?>> batch, InterceptorChain chain) throws Exception {
                return new SagaCommands.Join(processor, checkpoints.get()).handle(batch, chain);
            }
        };
    }

    /** Looks, before anything of a batch is stored, whether its claim is still held. */
    public static MessageHandlerInterceptor<EventMessage<?>> keepClaim(TokenStore claims, String processor) {
        return new KeptClaim(claims, processor);
    }

    /** Puts a checkpoint into the event store if there is something new to say. */
    public static void record(Checkpoints checkpoints, String processor, ReadProgress progress) {
        checkpoints.record(processor, progress);
    }

    /** Says of messages which one led to them. */
    public static MessageHandlerInterceptor<EventMessage<?>> correlate() {
        return new CorrelationDataInterceptor<>(correlation());
    }

    /** How messages say which one led to them. */
    public static Correlation correlation() {
        return new Correlation("simulated");
    }

    /** Fails whoever sends a command during a replay. */
    public static MessageDispatchInterceptor<CommandMessage<?>> guard() {
        return new ReplayGuard.OfMessages<>();
    }

    /** Fails whoever schedules or cancels something during a replay. */
    public static EventScheduler guard(EventScheduler scheduler) {
        return new ReplayGuard.OfSchedules(scheduler);
    }

    /** Says of read models how far they are behind. Nobody asks. */
    public static Rebuilds rebuilds(ReadProgress progress) {
        return new Rebuilds(
                progress,
                () -> {
                    throw notAsked();
                },
                () -> {
                    throw notAsked();
                },
                projection -> Slot.FIRST);
    }

    private static IllegalStateException notAsked() {
        return new IllegalStateException("Nobody asks how far a read model is behind");
    }

    /** Writes and reads sagas as services do. */
    public static Serializer serializer() {
        return AllowListSerializer.create(new AnnotationRevisionResolver());
    }
}
