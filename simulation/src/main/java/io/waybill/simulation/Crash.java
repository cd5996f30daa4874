package io.waybill.simulation;

/** A process ends in the midst of a batch of events; what it has not stored by then is lost. */
final class Crash extends RuntimeException {

    private static final long serialVersionUID = 1L;
}
