/**
 * What an Axon Server does for its clients, asserted the same way for this node and for the original. The suite starts
 * a node of its own, or runs against the server that {@code WAYBILL_AXONSERVER} names as {@code host:port}. The server
 * is shared and may hold anything: every test uses names of its own.
 */
@NullMarked
package io.waybill.axonserver.conformance;

import org.jspecify.annotations.NullMarked;
