/** Waybill from the outside: a client, a demo told with it, and tests that start the real processes and break them. */
@NullMarked
package io.waybill.systemtests;

import org.jspecify.annotations.NullMarked;
