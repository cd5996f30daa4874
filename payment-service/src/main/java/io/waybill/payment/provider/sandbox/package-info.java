/** A payment provider for demonstrations and tests, with a durable ledger of its own. */
@NullMarked
package io.waybill.payment.provider.sandbox;

import org.jspecify.annotations.NullMarked;
