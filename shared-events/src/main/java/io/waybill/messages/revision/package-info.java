/** How events that were stored in an earlier shape are read. */
@NullMarked
package io.waybill.messages.revision;

import org.jspecify.annotations.NullMarked;
