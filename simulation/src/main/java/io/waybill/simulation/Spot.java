package io.waybill.simulation;

/**
 * A point that is passed on behalf of a step of a process.
 *
 * @param step {@code saga.STEP}
 */
record Spot(String step, Point point) {}
