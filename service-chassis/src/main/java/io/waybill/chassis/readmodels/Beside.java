package io.waybill.chassis.readmodels;

import org.axonframework.config.Configuration;
import org.axonframework.eventhandling.AnnotationEventHandlerAdapter;

/** The event handlers of a projection once more, for the processor of its second place. */
final class Beside extends AnnotationEventHandlerAdapter {

    private final String projection;

    Beside(String projection, Object handlers, Configuration configuration) {
        super(handlers, configuration.parameterResolverFactory(), configuration.handlerDefinition(handlers.getClass()));
        this.projection = projection;
    }

    String projection() {
        return projection;
    }
}
