package io.stele.spi;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Whether a file is there. {@link Files#exists} says no for whoever may not look, which here would be taken for an empty store. */
public final class Presence {
    private Presence() {}

    /**
     * Returns whether a file or directory is there. One system call.
     *
     * @throws UnreadableException if that cannot be told
     */
    public static boolean of(Path path) {
        return attributes(path) != null;
    }

    /**
     * Returns whether a directory is there, and is one. One system call.
     *
     * @throws UnreadableException if that cannot be told
     */
    public static boolean ofDirectory(Path path) {
        BasicFileAttributes found = attributes(path);
        return found != null && found.isDirectory();
    }

    private static @Nullable BasicFileAttributes attributes(Path path) {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new UnreadableException(
                    "nobody can tell whether a file is there; nothing was opened or changed; run as a user who may read it:"
                            + " path=" + path + ", user=" + System.getProperty("user.name") + ", cause=" + e,
                    e);
        }
    }
}
