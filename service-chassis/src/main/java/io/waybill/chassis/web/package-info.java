/** What all REST controllers share: strict bodies, problem details, idempotent requests, correlation. */
@NullMarked
package io.waybill.chassis.web;

import org.jspecify.annotations.NullMarked;
