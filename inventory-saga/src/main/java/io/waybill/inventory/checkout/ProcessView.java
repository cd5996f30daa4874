package io.waybill.inventory.checkout;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an operator sees of a process that has not ended.
 *
 * @param process its kind, such as {@code shipment}
 * @param processId the order's ID for a checkout and for the cancellation of a whole order, otherwise that of the
 *     amendment, shipment, return, ...
 * @param step where it stands
 * @param waitsFor whose turn it is
 * @param since time of the event that led to the step
 * @param stalled whether it goes on only when an operator has it retry or give up
 * @param lastError what went wrong at this step, if anything did
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
        @Nullable Instant deadline) {}
