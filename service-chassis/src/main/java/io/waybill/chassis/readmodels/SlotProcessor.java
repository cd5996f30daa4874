package io.waybill.chassis.readmodels;

import java.util.function.BooleanSupplier;
import org.axonframework.eventhandling.pooled.PooledStreamingEventProcessor;

/** The processor of a read model in one place, which runs only while that is needed. */
final class SlotProcessor extends PooledStreamingEventProcessor {

    private final BooleanSupplier needed;

    SlotProcessor(Builder builder, BooleanSupplier needed) {
        super(builder);
        this.needed = needed;
    }

    /** Called with all others when the service starts. */
    @Override
    public void start() {
        if (needed.getAsBoolean()) {
            super.start();
        }
    }
}
