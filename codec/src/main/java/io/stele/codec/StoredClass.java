package io.stele.codec;

import io.stele.spi.StoredType;
import java.util.List;

/**
 * What is known of one class that has a stored name of its own.
 *
 * @param javaType the class
 * @param type its stored name and version
 * @param formerNames the names that it is found under as well
 * @param shape how it is written
 * @param prefix its name as a type prefix
 */
record StoredClass(Class<?> javaType, StoredType type, List<String> formerNames, Shape shape, Tag prefix) {

    StoredClass(Class<?> javaType, StoredType type, List<String> formerNames, Shape shape) {
        this(javaType, type, formerNames, shape, Tag.prefix(type.name()));
    }
}
