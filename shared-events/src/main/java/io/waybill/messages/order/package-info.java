/** Orders: what may be asked of one, what happened to one, what can be read about them. */
@NullMarked
package io.waybill.messages.order;

import org.jspecify.annotations.NullMarked;
