/**
 * What goods, money and orders must add up to, from the events alone: {@link io.waybill.simulation.books.Books} judges
 * whoever has a log of them, be it simulated or real.
 */
@NullMarked
package io.waybill.simulation.books;

import org.jspecify.annotations.NullMarked;
