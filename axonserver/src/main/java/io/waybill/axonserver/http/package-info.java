/** What the node shows and takes over HTTP: health, metrics, and a view of what is connected and stored. */
@NullMarked
package io.waybill.axonserver.http;

import org.jspecify.annotations.NullMarked;
