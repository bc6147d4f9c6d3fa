package io.stele.encryption;

import com.google.crypto.tink.Aead;
import org.jspecify.annotations.Nullable;

/** One subject's key. Any thread; guarded by itself where it changes. */
final class SubjectKey {
    final String subject;
    final long id;
    final long slot;
    private byte[] wrapped;
    private volatile @Nullable Aead aead;
    private volatile boolean forgotten;

    SubjectKey(String subject, long id, long slot, byte[] wrapped) {
        this.subject = subject;
        this.id = id;
        this.slot = slot;
        this.wrapped = wrapped;
    }

    /** Returns a key that was destroyed. */
    static SubjectKey destroyed(String subject, long id) {
        SubjectKey key = new SubjectKey(subject, id, 0, new byte[0]);
        key.destroy();
        return key;
    }

    boolean isForgotten() {
        return forgotten;
    }

    @Nullable Aead aead() {
        return aead;
    }

    synchronized byte[] wrapped() {
        return wrapped.clone();
    }

    /** Remembers what it is used with, unless it was destroyed meanwhile. */
    synchronized void unwrapped(Aead value) {
        if (!forgotten) {
            aead = value;
        }
    }

    /** The master key was replaced. */
    synchronized void wrappedAnew(byte[] value) {
        if (!forgotten) {
            wrapped = value;
        }
    }

    synchronized void destroy() {
        forgotten = true;
        aead = null;
        wrapped = new byte[0];
    }
}
