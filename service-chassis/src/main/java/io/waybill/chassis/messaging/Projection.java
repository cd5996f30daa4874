package io.waybill.chassis.messaging;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.stereotype.Component;

/**
 * Marks a class whose event handlers maintain a read model. An event that it cannot handle is parked with all later
 * ones of its sequence, while the others go on. It needs a {@code @ProcessingGroup} beside it.
 *
 * <p>Event handlers without this mark have effects elsewhere: theirs is to stop and try again, never to go on.
 */
@Documented
@Component
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface Projection {}
