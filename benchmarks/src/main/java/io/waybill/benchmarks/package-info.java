/** Load for servers that speak the Axon Server API, put on them in turns, with a table that compares them. */
@NullMarked
package io.waybill.benchmarks;

import org.jspecify.annotations.NullMarked;
