@NullMarked
package io.waybill.axonserver.routing;

import org.jspecify.annotations.NullMarked;
