package io.waybill.chassis.messaging;

/** From which place each read model is shown. */
@FunctionalInterface
public interface LiveSlots {

    /** Where a projection's read model is shown from at this moment, in all instances. */
    Slot live(String projection);
}
