package io.waybill.orderview;

import io.waybill.chassis.messaging.Slot;
import io.waybill.chassis.mongo.ViewBatch;
import java.util.List;
import org.axonframework.eventhandling.EventMessage;
import org.axonframework.eventhandling.GenericEventMessage;
import org.axonframework.messaging.unitofwork.BatchingUnitOfWork;

/** A batch of one event, as the processor of one of a projection's places handles it. */
public final class Batch {

    private Batch() {}

    /**
     * Has a projection handle one.
     *
     * @param handling calls its handler
     */
    public static void handledIn(Slot slot, String projection, Runnable handling) {
        String processor = slot.nameOf(projection);
        var batch = new BatchingUnitOfWork<EventMessage<?>>(List.of(GenericEventMessage.asEventMessage("event")));
        batch.resources().put("Processor[" + processor + "]/SegmentId", 0);
        batch.execute(() -> {
            ViewBatch.begin(batch, processor);
            handling.run();
        });
    }
}
