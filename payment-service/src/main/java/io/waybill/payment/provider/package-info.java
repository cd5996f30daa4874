/** The port to payment providers, and the requests that go through it. */
@NullMarked
package io.waybill.payment.provider;

import org.jspecify.annotations.NullMarked;
