/** The catalogue of all messages, made from the code; here because here all services are on one class path. */
@NullMarked
package io.waybill.catalogue;

import org.jspecify.annotations.NullMarked;
