/** What is sold, and at which price. */
@NullMarked
package io.waybill.inventory.product;

import org.jspecify.annotations.NullMarked;
