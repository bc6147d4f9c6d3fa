package io.stele.remote;

import io.stele.spi.StoredType;
import java.util.List;

/**
 * A class whose values may stand in a message without anything else saying what they are.
 *
 * @param id its number, the same as long as this node runs with these classes
 * @param javaType the class
 * @param stored its name and version
 * @param formerNames names that it had before
 * @param fingerprint differs where what it is written as differs
 * @param shape how it is written
 */
record MessageType(
        int id, Class<?> javaType, StoredType stored, List<String> formerNames, long fingerprint, WireShape shape) {}
