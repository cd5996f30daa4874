/** Proof that the event store still holds what was stored in it, and a way to look into it. */
@NullMarked
package io.waybill.orderview.audit;

import org.jspecify.annotations.NullMarked;
