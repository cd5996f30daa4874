package io.waybill.benchmarks;

/**
 * How much a run does.
 *
 * @param rounds how often each server has its turn at each line, after one that warms up and does not count
 * @param roundMillis a round ends after this time
 * @param roundEvents a round of appends ends after so many events, even before its time is up
 * @param pauseMillis between the rounds of two servers, so that what one puts off does not fall into the other's turn
 * @param storedEvents what each store holds before anything is measured
 * @param longAggregateEvents of these, the events of the one aggregate with a long history
 */
record Scale(int rounds, int roundMillis, int roundEvents, int pauseMillis, int storedEvents, int longAggregateEvents) {

    /** A server that acknowledges early forces its files once a second: the pause is a little more. */
    static final Scale FULL = new Scale(5, 1_200, 50_000, 1_100, 1_000_000, 10_000);

    static final Scale QUICK = new Scale(3, 400, 20_000, 300, 100_000, 10_000);
}
