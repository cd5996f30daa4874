package io.waybill.chassis.readmodels;

import io.waybill.chassis.messaging.Slot;
import org.bson.codecs.pojo.annotations.BsonId;
import org.jspecify.annotations.Nullable;

/**
 * Where a read model is shown from, and its last rebuild.
 *
 * @param version counts the changes of this document, so that of two at a time one alone is made
 * @param rebuild null if there was none
 */
public record ReadModel(
        @BsonId String projection,
        Slot live,
        long version,
        @Nullable Rebuild rebuild) {

    static ReadModel untouched(String projection) {
        return new ReadModel(projection, Slot.FIRST, 0, null);
    }

    /** Whether a place is to be kept up to date. */
    boolean needs(Slot slot) {
        return slot == live || (rebuild != null && rebuild.state().needsBoth());
    }

    ReadModel with(Rebuild changed) {
        return new ReadModel(projection, live, version + 1, changed);
    }

    ReadModel shownFrom(Slot slot, Rebuild changed) {
        return new ReadModel(projection, slot, version + 1, changed);
    }
}
