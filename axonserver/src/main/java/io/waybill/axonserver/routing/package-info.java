/** Who is connected, who handles what, and which handler gets the next command or query. */
@NullMarked
package io.waybill.axonserver.routing;

import org.jspecify.annotations.NullMarked;
