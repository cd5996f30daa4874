/** Storage: a segmented, append-only, checksummed file log, and what the node keeps in it. */
@NullMarked
package io.waybill.axonserver.log;

import org.jspecify.annotations.NullMarked;
