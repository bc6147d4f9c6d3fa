package io.stele.codec;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.Set;

/** The description of a schema from which its fingerprint is taken. A named type is spelt out where it first occurs. */
final class SchemaText {

    private final StringBuilder text = new StringBuilder();
    private final Set<String> named = new HashSet<>();

    SchemaText add(String part) {
        text.append(part);
        return this;
    }

    /** Adds the name of a type; returns whether it still has to be spelt out. */
    boolean name(String storedName) {
        text.append(storedName);
        return named.add(storedName);
    }

    /** Returns the first eight bytes of the SHA-256 of the text. */
    long fingerprint() {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
