@NullMarked
package io.waybill.axonserver.http;

import org.jspecify.annotations.NullMarked;
