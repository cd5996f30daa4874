package io.waybill.chassis.messaging;

import java.util.Set;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.MessageHandlerInterceptor;
import org.axonframework.serialization.Serializer;

/** Opens to the simulation what services get from their configuration. */
public final class ChassisParts {

    private ChassisParts() {}

    /** Joins the commands of a batch of events. */
    public static MessageHandlerInterceptor<EventMessage<?>> join() {
        return new SagaCommands.Join("simulated", new Checkpoints("simulated", Set.of(), () -> {
            throw new IllegalStateException("A simulated process is never given a checkpoint");
        }));
    }

    /** Writes and reads sagas as services do. */
    public static Serializer serializer() {
        return AllowListSerializer.create();
    }
}
