package io.stele.encryption;

import io.stele.spi.Presence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** Tells of payloads whether they are encrypted, and whether their key is still there. Needs no master key, takes no lock. */
public final class KeyInspector {
    private final Set<Long> keys = new HashSet<>();
    private final Set<Long> destroyed = new HashSet<>();

    private KeyInspector() {}

    /** What can be told of a payload. */
    public enum Status {
        /** It is not encrypted. */
        PLAIN,
        /** It is encrypted, and its key is there. */
        ENCRYPTED,
        /** Its key was destroyed on purpose. */
        FORGOTTEN,
        /** It is encrypted, and its key is not there, for no reason that is known. */
        KEY_MISSING
    }

    /**
     * Reads which keys there are. A directory without keys is one where none are.
     *
     * @throws EncryptionException if the file cannot be read, or is damaged
     * @throws io.stele.spi.UnreadableException if nobody can tell whether there are keys
     */
    public static KeyInspector open(Path directory) {
        KeyInspector inspector = new KeyInspector();
        if (!Presence.of(directory.resolve(KeyFile.NAME))) {
            return inspector;
        }
        try {
            for (KeySlot slot : KeyFile.look(directory).slots().values()) {
                (slot.kind() == KeySlot.FORGOTTEN ? inspector.destroyed : inspector.keys).add(slot.keyId());
            }
        } catch (IOException e) {
            throw new EncryptionException("keys cannot be read: directory=" + directory + ", cause=" + e, e);
        }
        return inspector;
    }

    /** Tells what a payload is, from its position to its limit. */
    public Status statusOf(ByteBuffer payload) {
        if (!SealedPayload.is(payload)) {
            return Status.PLAIN;
        }
        SealedPayload read = SealedPayload.read(payload);
        if (read != null && destroyed.contains(read.keyId())) {
            return Status.FORGOTTEN;
        }
        return read != null && keys.contains(read.keyId()) ? Status.ENCRYPTED : Status.KEY_MISSING;
    }
}
