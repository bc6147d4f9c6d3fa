package io.stele.encryption;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.AesGcmJce;
import io.stele.spi.ForgottenException;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PayloadCodecException;
import io.stele.spi.PersistenceId;
import java.io.IOException;
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
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
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
 * <h2>Another master key</h2>
 * {@link #rotate} wraps all keys by another master key, while they are used. Payloads are not touched. Whoever has the former master
 * key and an old copy of the key file can still read what is in it; so rotating is for the day before a key gets out, not after.
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
    private final FileChannel lockChannel;
    private final Map<String, SubjectKey> bySubject = new ConcurrentHashMap<>();
    private final Map<Long, SubjectKey> byId = new ConcurrentHashMap<>();
    private final SecureRandom random = new SecureRandom();
    private final ReadWriteLock rotating = new ReentrantReadWriteLock();
    private MasterKey master;
    private @Nullable KeyFile file;
    private String storeId = "";

    private SubjectKeys(Path directory, MasterKey master, FileChannel lockChannel) {
        this.directory = directory;
        this.master = master;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens the keys in a directory, or begins with none in an empty or absent one. Reads all of them: 512 bytes each.
     *
     * @throws EncryptionException if somebody else has them open, if the master key is another one, or if the file cannot be read or
     *     is damaged anywhere; nothing was changed
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
        Map<String, KeySlot> forgotten = new HashMap<>();
        KeyTable table = new KeyTable(directory);
        KeyFile opened = KeyFile.open(directory, table);
        file = opened;
        KeySlot header = table.header();
        if (header == null) {
            begin(opened);
        } else {
            requireMaster(header);
        }
        table.slots().forEach((index, slot) -> {
            if (slot.kind() == KeySlot.KEY) {
                put(new SubjectKey(slot.subject(), slot.keyId(), index, slot.wrapped()));
            } else if (slot.kind() == KeySlot.FORGOTTEN) {
                forgotten.put(slot.subject(), slot);
            }
        });
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
        storeId = UUID.randomUUID().toString();
        try {
            KeySlot header = Rewrapping.header(storeId, System.currentTimeMillis(), master);
            opened.add(durableCount -> header);
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

    private void requireMaster(KeySlot header) {
        if (!Rewrapping.fits(header, master)) {
            throw new EncryptionException(
                    "master key is not the one that these keys were wrapped with; nothing was opened or"
                            + " changed: directory=" + directory + ", keyStoreId=" + header.subject());
        }
        storeId = header.subject();
    }

    /**
     * Wraps all keys by another master key, from now on the only one that opens them. Encrypting and decrypting go on meanwhile; a
     * new subject's first event, and whoever forgets, wait. Two calls of each master key per subject that was not forgotten, and a
     * third to check what was written.
     *
     * <p>The table of keys is replaced as a whole: after a crash it is opened by the former master key or by the new one, so keep both
     * until this has returned. Backups that were made before need the former one.
     *
     * @throws EncryptionException if a key cannot be wrapped, or does not come back as it was, or the table cannot be written; then
     *     the former master key is still the one, unless only the last force failed: open the keys anew with either
     */
    public void rotate(MasterKey next) {
        rotating.writeLock().lock();
        try {
            KeyFile opened = requireOpen();
            Map<Long, byte[]> wrappedAnew = new HashMap<>();
            try {
                Rewrapping rewrapping =
                        new Rewrapping(master, next, id -> requireKnown(id).wrapped());
                opened.rewrite(slot -> rewrapping.wrap(slot, wrappedAnew), rewrapping::requireSame);
            } finally {
                if (isReplaced(next)) {
                    master = next;
                    wrappedAnew.forEach((id, wrapped) -> requireKnown(id).wrappedAnew(wrapped));
                }
            }
        } catch (IOException e) {
            throw new EncryptionException(
                    "keys could not be wrapped anew; open them with the former master key: directory=" + directory
                            + ", keyStoreId=" + storeId + ", cause=" + e,
                    e);
        } finally {
            rotating.writeLock().unlock();
        }
    }

    private boolean isReplaced(MasterKey next) throws IOException {
        KeySlot header = KeyFile.look(directory).header();
        return header != null && Rewrapping.fits(header, next);
    }

    private SubjectKey requireKnown(long keyId) {
        SubjectKey known = byId.get(keyId);
        if (known == null) {
            throw new EncryptionException("key is in the file and was not read from it: directory=" + directory
                    + ", keyId=" + Long.toHexString(keyId));
        }
        return known;
    }

    /** Returns the name of these keys, which stays the same for ever: a directory that was written with them remembers it. */
    public String storeId() {
        return storeId;
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
        rotating.readLock().lock();
        try {
            return destroy(subject);
        } finally {
            rotating.readLock().unlock();
        }
    }

    private boolean destroy(String subject) {
        boolean[] destroyed = new boolean[1];
        bySubject.compute(subject, (same, key) -> {
            if (key != null && key.isForgotten()) {
                return key;
            }
            try {
                KeyFile opened = requireOpen();
                long id = key == null ? 0 : key.id;
                long slot = key == null ? 0 : key.slot;
                long nowMs = System.currentTimeMillis();
                opened.add(durableCount -> KeySlot.forgotten(subject, id, nowMs, slot, durableCount));
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
        rotating.readLock().lock();
        try {
            return drawOnce(subject);
        } finally {
            rotating.readLock().unlock();
        }
    }

    private SubjectKey drawOnce(String subject) {
        return bySubject.computeIfAbsent(subject, absent -> {
            byte[] key = new byte[KEY_BYTES];
            random.nextBytes(key);
            long id;
            do {
                id = random.nextLong();
            } while (id == 0 || byId.containsKey(id));
            try {
                byte[] wrapped = master.wrap(key, Rewrapping.keyData(id, subject));
                Rewrapping.requireLength(wrapped);
                long keyId = id;
                long nowMs = System.currentTimeMillis();
                long slot =
                        requireOpen().add(durableCount -> KeySlot.key(subject, keyId, nowMs, durableCount, wrapped));
                SubjectKey drawn = new SubjectKey(subject, id, slot, wrapped);
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
        rotating.readLock().lock();
        try {
            byte[] wrapped = key.wrapped();
            if (key.isForgotten()) {
                throw forgotten(persistenceId);
            }
            Aead unwrapped = new AesGcmJce(master.unwrap(wrapped, Rewrapping.keyData(key.id, key.subject)));
            key.unwrapped(unwrapped);
            return unwrapped;
        } catch (GeneralSecurityException e) {
            throw new PayloadCodecException(
                    "key cannot be unwrapped: persistenceId=" + persistenceId + ", keyId=" + Long.toHexString(key.id)
                            + ", directory=" + directory + ", cause=" + e,
                    e);
        } finally {
            rotating.readLock().unlock();
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
}
