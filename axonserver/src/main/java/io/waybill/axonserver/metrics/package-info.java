/** What the node counts and measures about itself, and the text in which Prometheus reads it. */
@NullMarked
package io.waybill.axonserver.metrics;

import org.jspecify.annotations.NullMarked;
