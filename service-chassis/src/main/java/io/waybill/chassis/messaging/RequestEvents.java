package io.waybill.chassis.messaging;

import org.axonframework.eventhandling.gateway.EventGateway;
import org.axonframework.eventsourcing.eventstore.EventStore;

/** How controllers record what somebody decided that no aggregate has a say in. */
public final class RequestEvents {

    private final EventGateway gateway;
    private final EventStore eventStore;

    RequestEvents(EventGateway gateway, EventStore eventStore) {
        this.gateway = gateway;
        this.eventStore = eventStore;
    }

    /**
     * Publishes an event and waits until it is stored.
     *
     * @return position of the event in the event store, or of a later one
     */
    public long publish(Object event) {
        gateway.publish(event);
        return Positions.last(eventStore);
    }
}
