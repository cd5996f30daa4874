package io.waybill.chassis.messaging;

/**
 * Where a read model is kept: there are two places, so that it can be rebuilt in one while it is shown from the other.
 * Each has an event processor and collections of its own, with everything else in common.
 */
public enum Slot {
    FIRST(""),
    SECOND("~2");

    private final String suffix;

    Slot(String suffix) {
        this.suffix = suffix;
    }

    /** The name of a projection's processor, or of a collection, in this place. */
    public String nameOf(String name) {
        return name + suffix;
    }

    /** The place that a processor works for, whether a projection or not. */
    public static Slot ofProcessor(String processor) {
        return processor.endsWith(SECOND.suffix) ? SECOND : FIRST;
    }

    /** The projection that a processor works for. */
    public static String projectionOf(String processor) {
        return processor.substring(
                0, processor.length() - ofProcessor(processor).suffix.length());
    }

    /** The other place. */
    public Slot other() {
        return this == FIRST ? SECOND : FIRST;
    }
}
