package io.stele.spi;

import java.nio.charset.StandardCharsets;

/**
 * Under which name and version a value is stored. Never a Java class name: classes are renamed, stored names are not.
 *
 * @param name 1 to 200 bytes of UTF-8, such as {@code "deposited"}
 * @param version the version of its schema, 1 to 65,535
 */
public record StoredType(String name, int version) {

    /** Longest name, in UTF-8 bytes. */
    public static final int NAME_BYTES_MAX = 200;

    /** Checks both ranges. */
    public StoredType {
        if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("type name must have 1 to " + NAME_BYTES_MAX + " bytes: name=" + name);
        }
        if (version < 1 || version > 0xffff) {
            throw new IllegalArgumentException(
                    "type version is out of range: name=" + name + ", version=" + version + ", versionMax=65535");
        }
    }

    @Override
    public String toString() {
        return version == 1 ? name : name + "#" + version;
    }
}
