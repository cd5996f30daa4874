package io.waybill.benchmarks;

import java.util.concurrent.CompletableFuture;

/** What the workers of a closed loop do again and again. */
interface Work {

    /**
     * Begins the next operation of a worker; it has no other in progress.
     *
     * @param worker a number from 0
     * @return ends with the operation, with a fault when the answer is not the right one
     */
    CompletableFuture<?> next(int worker);
}
