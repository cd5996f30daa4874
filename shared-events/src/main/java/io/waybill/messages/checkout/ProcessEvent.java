package io.waybill.messages.checkout;

import io.waybill.messages.OrderRelated;

/** What happened to a process that leads an order through the services, besides the steps it takes. */
public sealed interface ProcessEvent extends OrderRelated {

    /**
     * Names one process: the order's ID for a checkout and for the cancellation of a whole order, otherwise that of the
     * amendment, shipment, return, ...
     */
    String processId();

    /**
     * A command that the process sent was refused in a way it has no answer to, or it cannot handle an event. It waits
     * for somebody to look.
     *
     * @param process kind of the process, such as {@code shipment}
     * @param command simple name of the command, or of the event
     * @param code stable code of the refusal; {@code EVENT_NOT_HANDLED} if it is an event
     */
    record ProcessStalled(String orderId, String processId, String process, String command, String code, String detail)
            implements ProcessEvent {}

    /** An operator wants the current step of a process done again, or what it could not handle. */
    record ProcessRetried(String orderId, String processId, String process) implements ProcessEvent {}

    /** An operator gave a process up; it undoes what it arranged, as after a refusal. */
    record ProcessResolved(String orderId, String processId, String process, String reason) implements ProcessEvent {}
}
