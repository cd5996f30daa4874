/** Each service's own Mongo database, real or embedded. */
@NullMarked
package io.waybill.chassis.mongo;

import org.jspecify.annotations.NullMarked;
