@NullMarked
package io.waybill.axonserver.log;

import org.jspecify.annotations.NullMarked;
