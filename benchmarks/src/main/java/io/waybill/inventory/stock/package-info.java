/** What the benchmarks need of the stock items, in their package. */
@NullMarked
package io.waybill.inventory.stock;

import org.jspecify.annotations.NullMarked;
