package io.waybill.inventory.checkout;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sees of a process that has not ended.
 *
 * @param process its kind, such as {@code shipment}
 * @param processId the order's ID for a checkout and for the cancellation of a whole order, otherwise that of the
 *     amendment, shipment, return, ...
 * @param step where it stands; {@code NOT_STARTED} if it cannot handle its first event
 * @param waitsFor whose turn it is
 * @param since time of the event that led to the step
 * @param stalled whether it goes on only when an operator has it retry or give up
 * @param lastError what went wrong at this step or with the event that it cannot handle, if anything did
 * @param parked the event that it cannot handle, if there is one
 * @param deadline when it gives up by itself, if it does
 */
record ProcessView(
        String process,
        String processId,
        String orderId,
        String step,
        OrderProcess.WaitsFor waitsFor,
        Instant since,
        boolean stalled,
        @Nullable String lastError,
        @Nullable ParkedEvent parked,
        @Nullable Instant deadline) {

    /**
     * An event that a process cannot handle.
     *
     * @param position in the event store
     * @param type of the event
     * @param waiting how many events have come for the process since, and wait behind it
     */
    record ParkedEvent(long position, String type, int waiting) {}
}
