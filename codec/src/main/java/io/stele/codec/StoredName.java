package io.stele.codec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Under which name a record or an enum is stored, so that its class can be renamed and moved. Without it the name is the simple
 * class name in kebab-case: {@code MoneyMoved} is stored as {@code money-moved}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface StoredName {

    /** The name, 1 to 200 bytes of UTF-8. */
    String value();

    /**
     * The version of the schema, 1 to 65,535. Components may come and go within one version; raise it when the same component
     * starts to mean something else. A stored value is read by the class of its own version alone: keep the old class, under
     * another Java name and with the old version, as what an upcaster starts from.
     */
    int version() default 1;
}
