package io.waybill.orderview.audit;

import org.jspecify.annotations.Nullable;

/**
 * What came of comparing events with what was recorded of them.
 *
 * @param position of the first event that is not as it was; null if there is none
 * @param detail a sentence for people
 */
public record Verdict(Finding finding, @Nullable Long position, String detail) {

    /** What can be wrong, and that nothing is. */
    public enum Finding {
        /** Every event is as it was recorded, and every head was signed by the key. */
        VALID,
        /** The event has other contents. */
        DAMAGED,
        /** An event was taken out here. */
        MISSING,
        /** An event was put in here. */
        INSERTED,
        /** Events have changed places; this is the first of them. */
        REORDERED,
        /** The events end here, though more were recorded. */
        CUT,
        /** Among the events from here to the next head, some and the record of them were changed. */
        RECORD_CHANGED,
        /** The signature of a head that ends here is not one of the key. */
        HEAD_FORGED,
        /** The record of the events from here on is gone. */
        RECORD_MISSING,
        /** The event store cannot give the event. */
        UNREADABLE
    }

    static Verdict valid(String detail) {
        return new Verdict(Finding.VALID, null, detail);
    }

    static Verdict of(Finding finding, long position, String detail) {
        return new Verdict(finding, position, detail);
    }
}
