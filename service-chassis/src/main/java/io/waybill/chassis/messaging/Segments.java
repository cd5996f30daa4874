package io.waybill.chassis.messaging;

import org.axonframework.messaging.unitofwork.UnitOfWork;
import org.jspecify.annotations.Nullable;

/** Segments of event processors. */
public final class Segments {

    private Segments() {}

    /**
     * The segment whose events a processor handles in this batch.
     *
     * @return its number, or null for a dead letter that is retried, which is of no segment
     */
    public static @Nullable Integer of(UnitOfWork<?> batch, String processor) {
        return batch.root().getResource("Processor[" + processor + "]/SegmentId");
    }
}
