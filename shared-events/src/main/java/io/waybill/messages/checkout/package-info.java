/** The processes that lead orders through the services, as far as they leave facts of their own. */
@NullMarked
package io.waybill.messages.checkout;

import org.jspecify.annotations.NullMarked;
