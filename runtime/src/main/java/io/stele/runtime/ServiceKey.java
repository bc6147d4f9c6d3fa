package io.stele.runtime;

/**
 * What actors of one kind can be found under: a name, and the messages that they take.
 *
 * @param name 1 to 255 characters; the same on every node
 * @param messageType the class of the messages
 * @param <M> the messages
 */
public record ServiceKey<M>(String name, Class<M> messageType) {
    private static final int NAME_LENGTH_MAX = 255;

    /** Checks the name. */
    public ServiceKey {
        if (name.isEmpty() || name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "name of a service must have 1 to " + NAME_LENGTH_MAX + " characters: length=" + name.length());
        }
    }
}
