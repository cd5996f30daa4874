/** One class for each gRPC service; translates between the wire and storage or routing, and decides nothing. */
@NullMarked
package io.waybill.axonserver.api;

import org.jspecify.annotations.NullMarked;
