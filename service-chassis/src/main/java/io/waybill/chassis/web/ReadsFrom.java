package io.waybill.chassis.web;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says which read model answers a request, so that whoever presents a position is answered when the read model has passed
 * it. See {@link PositionInterceptor}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ReadsFrom {

    /** Name of the processor that maintains the read model. */
    String value();

    /**
     * ID of the aggregate whose events the answer is made of, with the variables of the path in braces; empty if there is
     * not just one.
     */
    String aggregate() default "";
}
