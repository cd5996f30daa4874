/**
 * The aggregates and sagas of all services in one thread, on an event log in memory and with a provider of our own.
 * Whatever could happen next is decided by a seed, so that a history that goes wrong can be seen again.
 *
 * <p>{@link io.waybill.simulation.World} is where to start.
 */
@NullMarked
package io.waybill.simulation;

import org.jspecify.annotations.NullMarked;
