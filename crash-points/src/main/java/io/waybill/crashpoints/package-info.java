/** Where a service can be held, so that a process can be killed exactly then. No part of the product. */
@NullMarked
package io.waybill.crashpoints;

import org.jspecify.annotations.NullMarked;
