/** The one public entry to Waybill. */
@NullMarked
package io.waybill.gateway;

import org.jspecify.annotations.NullMarked;
