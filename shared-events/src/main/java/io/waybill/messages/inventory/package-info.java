/** Products and their stock. */
@NullMarked
package io.waybill.messages.inventory;

import org.jspecify.annotations.NullMarked;
