@NullMarked
package io.waybill.axonserver.api;

import org.jspecify.annotations.NullMarked;
