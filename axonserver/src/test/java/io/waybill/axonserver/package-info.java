@NullMarked
package io.waybill.axonserver;

import org.jspecify.annotations.NullMarked;
