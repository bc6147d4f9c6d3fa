package io.stele.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says of a test that it would fail if the promise for a fault were broken. The rows of {@code docs/faults.md} are put together
 * from these; one without a test fails the build.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Fault {

    /** Returns the rows, {@code F01} and so on. */
    String[] value();
}
