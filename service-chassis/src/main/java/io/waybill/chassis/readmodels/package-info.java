/** Rebuilds of read models beside the ones that are shown. */
@NullMarked
package io.waybill.chassis.readmodels;

import org.jspecify.annotations.NullMarked;
