package io.waybill.simulation;

import java.util.List;
import org.axonframework.eventhandling.AbstractEventProcessor;
import org.axonframework.eventhandling.EventHandlerInvoker;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.PropagatingErrorHandler;
import org.axonframework.eventhandling.Segment;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;
import org.axonframework.messaging.unitofwork.RollbackConfigurationType;

/** An event processor that is fed by hand, a batch and a segment at a time. */
final class Feed extends AbstractEventProcessor {

    private static final class Builder extends AbstractEventProcessor.Builder {

        Builder(String name, EventHandlerInvoker handlers) {
            name(name);
            eventHandlerInvoker(handlers);
            errorHandler(PropagatingErrorHandler.instance());
            rollbackConfiguration(RollbackConfigurationType.ANY_THROWABLE);
        }
    }

    Feed(String name, EventHandlerInvoker handlers) {
        super(new Builder(name, handlers));
    }

    /**
     * Handles events as one batch.
     *
     * @param claim by which it may do so
     * @throws RuntimeException what a handler threw; nothing that it wrote by then is taken back
     */
    void handle(List<? extends EventMessage<?>> events, Segment segment, Claim claim) {
        var batch = new BatchingUnitOfWork<>(events);
        batch.resources().put("Processor[" + getName() + "]/SegmentId", segment.getSegmentId());
        claim.cover(batch);
        try {
            processInUnitOfWork(events, batch, List.of(segment));
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void start() {}

    @Override
    public void shutDown() {}

    @Override
    public boolean isRunning() {
        return true;
    }

    @Override
    public boolean isError() {
        return false;
    }
}
