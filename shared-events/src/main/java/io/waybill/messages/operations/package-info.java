/** What operators decided about the services themselves. */
@NullMarked
package io.waybill.messages.operations;

import org.jspecify.annotations.NullMarked;
