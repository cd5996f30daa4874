package io.waybill.axonserver.conformance;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.condition.DisabledIfEnvironmentVariable;

/** Marks what this node does on purpose in another way than the original; the README says the same to users. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@DisabledIfEnvironmentVariable(named = ServerUnderTest.VARIABLE, matches = ".+", disabledReason = "not the original's")
@interface NodeOnly {

    /** What the original does instead, and why the node does not. */
    String value();
}
