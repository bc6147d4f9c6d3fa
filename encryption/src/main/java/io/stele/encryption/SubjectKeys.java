package io.stele.encryption;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import io.stele.spi.ForgottenException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The keys of all data subjects, each wrapped by a {@link MasterKey}, in a file of their own beside journal and snapshots.
 *
 * <pre>
 *   SubjectKeys keys = SubjectKeys.open(Stele.keyDirectory(data), MasterKey.ofFile(Path.of("/etc/master-key.json")));
 *   ActorSystem system = Stele.builder(data).codec(keys.encrypting(RecordCodec.of())).owns(keys).open();
 *   …
 *   keys.forget("account/42");
 * </pre>
 *
 * <h2>What is encrypted</h2>
 * The payloads of events, snapshots and stored replies. Not: persistence ids, names of types, command ids, tags, trace contexts,
 * times, and how long each payload is. So no personal data belongs into those.
 *
 * <h2>What forgetting means</h2>
 * The key is destroyed in the file before {@link #forget} returns, and nothing that was encrypted with it can be read again from this
 * directory. The overwritten bytes may live on where the operating system cannot reach: in spare blocks of an SSD, in snapshots of a
 * copying file system, in backups. What lives on there is the wrapped key, worth nothing without the master key. A backup that was
 * made before holds it in good order: forget there too ({@code open} its keys, {@code forget}), or let backups expire. Events
 * stored before encryption was turned on stay readable in the files.
 *
 * <h2>Cost</h2>
 * A new subject's first event waits for one force of the key file, which those that come together share. Every subject takes 512
 * bytes on disk and some 200 in memory; a payload grows by 44 bytes. One key may encrypt 2³² payloads.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 */
public final class SubjectKeys implements AutoCloseable {
    private static final String LOCK = "LOCK";
    private static final int KEY_BYTES = 32;

    private final Path directory;
    private final MasterKey master;
    private final FileChannel lockChannel;
    private final Map<String, SubjectKey> bySubject = new ConcurrentHashMap<>();
    private final Map<Long, SubjectKey> byId = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private @Nullable KeyFile file;

    private SubjectKeys(Path directory, MasterKey master, FileChannel lockChannel) {
        this.directory = directory;
        this.master = master;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens the keys in a directory, or begins with none in an empty or absent one. Reads all of them: 512 bytes each.
     *
     * @throws EncryptionException if somebody else has them open, if the master key is another one, or if the file cannot be read or
     *     is damaged in front; nothing was changed
     */
    public static SubjectKeys open(Path directory, MasterKey master) {
        SubjectKeys keys = null;
        boolean opened = false;
        try {
            Files.createDirectories(directory);
            keys = new SubjectKeys(directory, master, lock(directory));
            keys.load();
            opened = true;
            return keys;
        } catch (IOException e) {
            throw new EncryptionException("keys cannot be opened: directory=" + directory + ", cause=" + e, e);
        } finally {
            if (keys != null && !opened) {
                keys.close();
            }
        }
    }

    /** Nothing else ever opens that file: closing any descriptor of it would give the lock back. */
    private static FileChannel lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(directory.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            throw new EncryptionException("keys are open in this process already: directory=" + directory, e);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
        if (lock == null) {
            throw new EncryptionException("keys are open in another process: directory=" + directory);
        }
        return channel;
    }

    private void load() throws IOException {
        Map<String, KeySlot> forgotten = new ConcurrentHashMap<>();
        KeySlot[] header = new KeySlot[1];
        KeyFile opened = KeyFile.open(directory, (index, slot) -> {
            if (index == 0) {
                header[0] = slot;
            } else if (slot != null && slot.kind() == KeySlot.KEY) {
                put(new SubjectKey(slot.subject(), slot.keyId(), index, slot.wrapped()));
            } else if (slot != null && slot.kind() == KeySlot.FORGOTTEN) {
                forgotten.put(slot.subject(), slot);
            }
        });
        file = opened;
        if (opened.isEmpty()) {
            begin(opened);
        } else {
            requireMaster(header[0]);
        }
        for (KeySlot slot : forgotten.values()) {
            SubjectKey left = bySubject.get(slot.subject());
            if (left != null) {
                opened.erase(left.slot); // a crash came between
            }
            put(SubjectKey.destroyed(slot.subject(), slot.keyId()));
        }
    }

    private void put(SubjectKey key) {
        bySubject.put(key.subject, key);
        byId.put(key.id, key);
    }

    private void begin(KeyFile opened) throws IOException {
        String storeId = UUID.randomUUID().toString();
        try {
            byte[] check = master.wrap(storeId.getBytes(StandardCharsets.UTF_8), checkData());
            opened.add(new KeySlot(KeySlot.HEADER, storeId, 0, System.currentTimeMillis(), 0, check));
        } catch (GeneralSecurityException e) {
            throw new EncryptionException(
                    "master key cannot wrap; nothing was encrypted: directory=" + directory + ", cause=" + e, e);
        }
        for (Path path : new Path[] {directory, directory.toAbsolutePath().getParent()}) {
            try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    private void requireMaster(@Nullable KeySlot header) {
        if (header == null || header.kind() != KeySlot.HEADER) {
            throw new EncryptionException(
                    "key file is damaged; nothing was changed; take it from a backup: directory=" + directory);
        }
        boolean fits;
        try {
            byte[] check = master.unwrap(header.wrapped(), checkData());
            fits = Arrays.equals(check, header.subject().getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            fits = false;
        }
        if (!fits) {
            throw new EncryptionException(
                    "master key is not the one that these keys were wrapped with; nothing was opened or"
                            + " changed: directory=" + directory + ", keyStoreId=" + header.subject());
        }
    }

    /**
     * Returns a codec that encrypts what {@code codec} writes, and reads what either has written. Every actor is a subject of its own,
     * named by its encoded persistence id, {@code account/42}.
     */
    public PayloadCodec encrypting(PayloadCodec codec) {
        return encrypting(codec, PersistenceId::encoded);
    }

    /**
     * As {@link #encrypting(PayloadCodec)}, with subjects that may have several actors.
     *
     * @param subjectOf tells whose data an actor holds, in at most 255 bytes of UTF-8; null: what that actor stores is not encrypted.
     *     Must always give the same answer. Any thread
     */
    public PayloadCodec encrypting(PayloadCodec codec, Function<PersistenceId, @Nullable String> subjectOf) {
        return new EncryptingCodec(this, codec, subjectOf);
    }

    /**
     * Destroys the key of a subject: whatever was encrypted with it is unreadable for ever when this returns, see above, and its actors
     * answer nothing any more. No other key of that subject is ever made. Forgetting again does nothing.
     *
     * @return whether there was a key; if not, nothing of the subject was encrypted
     * @throws EncryptionException if the file cannot be written; then it may be forgotten or not: open the keys anew, and forget it again
     */
    public boolean forget(String subject) {
        requireSubject(subject);
        boolean[] destroyed = new boolean[1];
        bySubject.compute(subject, (same, key) -> {
            if (key != null && key.isForgotten()) {
                return key;
            }
            try {
                KeyFile opened = requireOpen();
                long id = key == null ? 0 : key.id;
                long slot = key == null ? 0 : key.slot;
                opened.add(new KeySlot(KeySlot.FORGOTTEN, subject, id, System.currentTimeMillis(), slot, new byte[0]));
                if (key == null) {
                    return SubjectKey.destroyed(subject, 0);
                }
                key.destroy();
                destroyed[0] = true;
                opened.erase(slot);
                return key;
            } catch (IOException e) {
                throw new EncryptionException(
                        "subject was perhaps not forgotten; open the keys anew and forget it again: directory="
                                + directory + ", cause=" + e,
                        e);
            }
        });
        return destroyed[0];
    }

    /** Returns whether a subject was forgotten. */
    public boolean isForgotten(String subject) {
        SubjectKey key = bySubject.get(subject);
        return key != null && key.isForgotten();
    }

    /** Returns the subjects that were forgotten, sorted: what has to be forgotten again after an older backup was restored. */
    public SortedSet<String> forgotten() {
        SortedSet<String> subjects = new TreeSet<>();
        bySubject.values().stream().filter(SubjectKey::isForgotten).forEach(key -> subjects.add(key.subject));
        return subjects;
    }

    /** Closes the file. Encrypting and decrypting with keys that are in memory goes on; closing twice does nothing. */
    @Override
    public synchronized void close() {
        try {
            KeyFile opened = file;
            file = null;
            if (opened != null) {
                opened.close();
            }
            lockChannel.close();
        } catch (IOException e) {
            throw new EncryptionException("keys could not be closed: directory=" + directory + ", cause=" + e, e);
        }
    }

    /** Returns the key of a subject; draws it, and makes it durable, if there is none. */
    SubjectKey keyOf(String subject) {
        SubjectKey known = bySubject.get(subject);
        return known == null ? draw(subject) : known;
    }

    private SubjectKey draw(String subject) {
        requireSubject(subject);
        return bySubject.computeIfAbsent(subject, absent -> {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            long id;
            do {
                id = random.nextLong();
            } while (id == 0 || byId.containsKey(id));
            try {
                byte[] wrapped = master.wrap(key, keyData(id, subject));
                KeySlot slot = new KeySlot(KeySlot.KEY, subject, id, System.currentTimeMillis(), 0, wrapped);
                if (wrapped.length > MasterKey.WRAPPED_BYTES_MAX) {
                    throw new GeneralSecurityException("wrapped key is too long: lengthBytes=" + wrapped.length);
                }
                SubjectKey drawn = new SubjectKey(subject, id, requireOpen().add(slot), wrapped);
                drawn.unwrapped(new AesGcmJce(key));
                byId.put(id, drawn);
                return drawn;
            } catch (IOException | GeneralSecurityException e) {
                throw new PayloadCodecException(
                        "key of a subject cannot be kept, so nothing was encrypted: directory=" + directory + ", cause="
                                + e,
                        e);
            } finally {
                Arrays.fill(key, (byte) 0);
            }
        });
    }

    @Nullable SubjectKey byId(long keyId) {
        return byId.get(keyId);
    }

    /**
     * Returns what a key encrypts and decrypts with.
     *
     * @throws ForgottenException if it was destroyed
     */
    Aead aead(SubjectKey key, PersistenceId persistenceId) {
        Aead known = key.aead();
        if (known != null) {
            return known;
        }
        byte[] wrapped = key.wrapped();
        if (key.isForgotten()) {
            throw forgotten(persistenceId);
        }
        try {
            Aead unwrapped = new AesGcmJce(master.unwrap(wrapped, keyData(key.id, key.subject)));
            key.unwrapped(unwrapped);
            return unwrapped;
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException(
                    "key cannot be unwrapped: persistenceId=" + persistenceId + ", keyId=" + Long.toHexString(key.id)
                            + ", directory=" + directory + ", cause=" + e,
                    e);
        }
    }

    static ForgottenException forgotten(PersistenceId persistenceId) {
        return new ForgottenException("was forgotten, its key is destroyed: persistenceId=" + persistenceId);
    }

    Path directory() {
        return directory;
    }

    private KeyFile requireOpen() throws IOException {
        KeyFile opened = file;
        if (opened == null) {
            throw new IOException("keys are closed");
        }
        return opened;
    }

    private static void requireSubject(String subject) {
        int length = subject.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > KeySlot.SUBJECT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "subject must have 1 to " + KeySlot.SUBJECT_BYTES_MAX + " bytes of UTF-8: lengthBytes=" + length);
        }
    }

    private static byte[] checkData() {
        return "stele-keys/1".getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] keyData(long id, String subject) {
        byte[] text = subject.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + text.length).putLong(id).put(text).array();
    }
}
