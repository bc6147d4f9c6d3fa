package io.stele.codec;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a record component is where the stored value is older than the component: {@code @WhenMissing("EUR") Currency currency}.
 * Without it such a component is null, 0, false or empty. A value that was stored as null stays null.
 *
 * <p>For numbers, boolean, char, text, enums, UUID, the types of {@code java.time}, and optionals of those. Anything else can be
 * made from null by the record's canonical constructor.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface WhenMissing {

    /** The value as text: what its {@code toString} gives; of a constant, {@link Enum#name()}. Checked at registration. */
    String value();
}
