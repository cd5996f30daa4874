/** Axon configured for a shop, once: every choice that its defaults would make differently is made here. */
@NullMarked
package io.waybill.chassis.messaging;

import org.jspecify.annotations.NullMarked;
