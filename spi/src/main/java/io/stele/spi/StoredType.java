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

    /**
     * Checks both.
     *
     * @throws IllegalArgumentException if the name is empty, too long, or has half a surrogate pair, which UTF-8 cannot hold, or
     *     if the version is out of range
     */
    public StoredType {
        if (!isStorable(name)) {
            throw new IllegalArgumentException("type name must have 1 to " + NAME_BYTES_MAX + " bytes of UTF-8: name="
                    + PersistenceId.escape(name));
        }
        if (version < 1 || version > 0xffff) {
            throw new IllegalArgumentException("type version is out of range: name=" + PersistenceId.escape(name)
                    + ", version=" + version + ", versionMax=65535");
        }
    }

    private static boolean isStorable(String name) {
        int length = name.length();
        if (length == 0 || length > NAME_BYTES_MAX) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name.charAt(i) > 0x7f) {
                byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
                return utf8.length <= NAME_BYTES_MAX && new String(utf8, StandardCharsets.UTF_8).equals(name);
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return version == 1 ? name : name + "#" + version;
    }
}
