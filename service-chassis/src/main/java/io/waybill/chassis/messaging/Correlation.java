package io.waybill.chassis.messaging;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.axonframework.commandhandling.CommandMessage;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.messaging.Message;
import org.axonframework.messaging.MessageDispatchInterceptor;
import org.axonframework.messaging.MetaData;
import org.axonframework.messaging.correlation.CorrelationDataProvider;
import org.jspecify.annotations.Nullable;

/**
 * Gives every message the metadata by which it can be followed: what a message leads to carries the client request it
 * goes back to, its direct cause, who asked, and the service that sent it.
 */
public final class Correlation implements CorrelationDataProvider {

    /** One per client request. */
    public static final String CORRELATION_ID = "correlationId";
    /** ID of the message that led to this one. */
    public static final String CAUSATION_ID = "causationId";
    /** Simple name of the command that led to this message, if it was one; commands are not stored. */
    public static final String COMMAND = "command";
    /** ID of the event that led to this message, whatever commands lie between; those are not stored. */
    public static final String CAUSING_EVENT_ID = "causingEventId";
    /** Who asked. */
    public static final String ACTOR = "actor";
    /** The service that sent the message. */
    public static final String SERVICE = "service";
    /** W3C trace context. */
    public static final String TRACEPARENT = "traceparent";

    private static final List<String> HANDED_ON = List.of(CORRELATION_ID, ACTOR, TRACEPARENT, CAUSING_EVENT_ID);

    private final String service;

    Correlation(String service) {
        this.service = service;
    }

    @Override
    public Map<String, ?> correlationDataFor(Message<?> cause) {
        Map<String, Object> data = new HashMap<>();
        data.put(CORRELATION_ID, cause.getIdentifier());
        for (String key : HANDED_ON) {
            @Nullable Object value = cause.getMetaData().get(key);
            if (value != null) {
                data.put(key, value);
            }
        }
        data.put(CAUSATION_ID, cause.getIdentifier());
        if (cause instanceof EventMessage) {
            data.put(CAUSING_EVENT_ID, cause.getIdentifier());
        }
        if (cause instanceof CommandMessage<?> command) {
            data.put(COMMAND, command.getPayloadType().getSimpleName());
        }
        data.put(SERVICE, service);
        return data;
    }

    /** Marks the messages that a client's request sends directly, which no other message leads to. */
    <M extends Message<?>> MessageDispatchInterceptor<M> atTheEdge() {
        return new MessageDispatchInterceptor<>() {
            @Override
            @SuppressWarnings("unchecked")
            public BiFunction<Integer, M, M> handle(List<? extends M> messages) {
                @Nullable RequestContext request = RequestContext.current();
                return (index, message) -> message.getMetaData().containsKey(CORRELATION_ID) || request == null
                        ? message
                        : (M) message.andMetaData(request.asMetaData())
                                .andMetaData(Map.of(SERVICE, service, CAUSATION_ID, request.correlationId()));
            }
        };
    }

    /** What a message says of itself under one of these names; null if nothing. */
    public static @Nullable String text(MetaData metaData, String key) {
        @Nullable Object value = metaData.get(key);
        return value == null ? null : value.toString();
    }
}
