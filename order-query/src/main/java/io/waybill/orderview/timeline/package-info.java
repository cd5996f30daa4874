/** The story of one order across all services. */
@NullMarked
package io.waybill.orderview.timeline;

import org.jspecify.annotations.NullMarked;
