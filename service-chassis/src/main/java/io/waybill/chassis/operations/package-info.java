/** What operators see of the event processors and dead letters of a service, and what they can do about them. */
@NullMarked
package io.waybill.chassis.operations;

import org.jspecify.annotations.NullMarked;
