package io.stele.codec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names that stored bytes may still carry for what is called something else today: a record component, a stored type, or an
 * enum constant. Read, never written.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.RECORD_COMPONENT, ElementType.FIELD})
public @interface FormerName {

    /** The earlier names: of a component, the Java name; of a type, the stored name; of a constant, {@link Enum#name()}. */
    String[] value();
}
