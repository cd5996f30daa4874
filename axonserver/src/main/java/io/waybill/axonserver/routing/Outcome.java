package io.waybill.axonserver.routing;

/** What became of an instruction that did not fail. */
public enum Outcome {
    /** Every client has carried it out. */
    SUCCESS,
    /** At least one client has only said that it received it, and will say no more. */
    ACCEPTED
}
