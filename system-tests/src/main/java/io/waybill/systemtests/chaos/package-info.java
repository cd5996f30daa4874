/** A load on the real processes while a nemesis breaks them, and a judge who reads the event store afterwards. */
@NullMarked
package io.waybill.systemtests.chaos;

import org.jspecify.annotations.NullMarked;
