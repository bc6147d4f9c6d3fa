package io.stele.spi;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The name under which one actor's events and snapshots are stored, for as long as they exist.
 *
 * <p>Two actors must never be live under the same id. Renaming an id orphans its events. The stored form is
 * {@code entityType/entityId} in UTF-8, for instance {@code bank-account/42}.
 *
 * @param entityType the kind of actor: 1 to 64 of {@code a-z 0-9 -}, starting with a letter, such as {@code "bank-account"}
 * @param entityId which one, such as {@code "42"}: any text without control characters and without {@code .} or {@code ..}
 *     as a part between slashes
 */
public record PersistenceId(String entityType, String entityId) {

    /** Longest accepted {@link #encoded() encoded} form, in UTF-8 bytes. */
    public static final int LENGTH_BYTES_MAX = 255;

    /** How many slices there are, for ever: the unit in which actors are spread over lanes and, later, over nodes. */
    public static final int SLICE_COUNT = 1024;

    private static final int TYPE_LENGTH_MAX = 64;
    private static final char SEPARATOR = '/';

    /**
     * Checks both parts.
     *
     * @throws IllegalArgumentException if a part is empty or has a character that it must not have, or if the encoded form is
     *     longer than {@link #LENGTH_BYTES_MAX}
     */
    public PersistenceId {
        requireType(entityType);
        requireId(entityId);
        int lengthBytes = utf8(entityType + SEPARATOR + entityId).length;
        if (lengthBytes > LENGTH_BYTES_MAX) {
            throw new IllegalArgumentException("persistence id is too long: lengthBytes=" + lengthBytes
                    + ", lengthBytesMax=" + LENGTH_BYTES_MAX + ", entityType=" + entityType);
        }
    }

    /**
     * Reads the stored form back, splitting at the first slash.
     *
     * @throws IllegalArgumentException if there is no slash, or a part is not acceptable
     */
    public static PersistenceId parse(String encoded) {
        int slash = encoded.indexOf(SEPARATOR);
        if (slash < 0) {
            throw new IllegalArgumentException(
                    "persistence id has no entity type, write entityType/entityId: value=" + escape(encoded));
        }
        return new PersistenceId(encoded.substring(0, slash), encoded.substring(slash + 1));
    }

    /** Returns the stored form, {@code entityType/entityId}. */
    public String encoded() {
        return entityType + SEPARATOR + entityId;
    }

    /** Returns the stored form in UTF-8, 3 to {@link #LENGTH_BYTES_MAX} bytes; a new array. */
    public byte[] encodedBytes() {
        return utf8(encoded());
    }

    /**
     * Returns which slice this id belongs to, from 0 to {@link #SLICE_COUNT} − 1: the CRC-32C of {@link #encodedBytes()}
     * modulo 1024. The same on every machine, in every version.
     */
    public int slice() {
        CRC32C crc = new CRC32C();
        crc.update(encodedBytes());
        return (int) (crc.getValue() % SLICE_COUNT);
    }

    @Override
    public String toString() {
        return encoded();
    }

    private static void requireType(String value) {
        boolean valid = !value.isEmpty() && value.length() <= TYPE_LENGTH_MAX && isLetter(value.charAt(0));
        for (int i = 0; valid && i < value.length(); i++) {
            char c = value.charAt(i);
            valid = isLetter(c) || (c >= '0' && c <= '9') || c == '-';
        }
        if (!valid) {
            throw new IllegalArgumentException("entity type must be 1 to " + TYPE_LENGTH_MAX
                    + " of a-z, 0-9 and '-', starting with a letter: entityType=" + escape(value));
        }
    }

    private static void requireId(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("entity id must not be empty: lengthBytes=0, lengthBytesMin=1");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isISOControl(c)) {
                throw refused("has a control character", value, i);
            }
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == value.length()
                        || !Character.isLowSurrogate(value.charAt(i + 1))) {
                    throw refused("has half a surrogate pair", value, i);
                }
                i++;
            }
        }
        int start = 0;
        for (String part : value.split("/", -1)) {
            if (part.equals(".") || part.equals("..")) {
                throw refused("has a relative path part", value, start);
            }
            start += part.length() + 1;
        }
    }

    private static IllegalArgumentException refused(String why, String value, int index) {
        return new IllegalArgumentException("entity id " + why + ": index=" + index + ", entityId=" + escape(value));
    }

    private static boolean isLetter(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** Shows at most 80 characters, with everything that a terminal could act on written as {@code \\uXXXX}. */
    static String escape(String value) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < value.length() && i < 80; i++) {
            char c = value.charAt(i);
            if (isUnsafe(c)) {
                shown.append(String.format("\\u%04x", (int) c));
            } else {
                shown.append(c);
            }
        }
        return value.length() > 80 ? shown + "… (" + value.length() + " characters)" : shown.toString();
    }

    /** Controls, what breaks lines, what turns the direction of the text around, and surrogates. */
    private static boolean isUnsafe(char c) {
        int type = Character.getType(c);
        return type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.SURROGATE;
    }
}
