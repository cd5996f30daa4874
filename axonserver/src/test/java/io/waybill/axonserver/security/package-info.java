@NullMarked
package io.waybill.axonserver.security;

import org.jspecify.annotations.NullMarked;
