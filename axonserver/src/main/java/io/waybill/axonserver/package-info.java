/** A single-node server that speaks the Axon Server gRPC API: its process, its options and its embedding. */
@NullMarked
package io.waybill.axonserver;

import org.jspecify.annotations.NullMarked;
