/** Products, their stock, and the processes that lead an order through the services. */
@NullMarked
package io.waybill.inventory;

import org.jspecify.annotations.NullMarked;
