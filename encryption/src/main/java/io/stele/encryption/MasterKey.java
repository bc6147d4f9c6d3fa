package io.stele.encryption;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;

/**
 * Wraps the keys of all subjects. It is kept by its user, never in the data directory: in a file elsewhere, or in a key management
 * service, for which this interface is implemented.
 *
 * <h2>Threads</h2>
 * Any thread may call any method.
 */
public interface MasterKey {

    /** Most bytes that {@link #wrap} may make of a key of 32. */
    int WRAPPED_BYTES_MAX = 200;

    /**
     * Encrypts a key.
     *
     * @param associatedData must be the same when it is unwrapped
     * @return at most {@link #WRAPPED_BYTES_MAX} bytes
     * @throws GeneralSecurityException if it cannot
     */
    byte[] wrap(byte[] key, byte[] associatedData) throws GeneralSecurityException;

    /**
     * Decrypts a key.
     *
     * @throws GeneralSecurityException if it was not wrapped by this master key, or with other associated data
     */
    byte[] unwrap(byte[] wrapped, byte[] associatedData) throws GeneralSecurityException;

    /**
     * Reads a master key from a file that {@link #createFile} or Tink's own tools have written: a keyset for AEAD in clear JSON.
     * Whoever can read the file can read everything, so keep it on another disk than the data, and not in its backups.
     *
     * @throws EncryptionException if there is none, or it is none; names the file
     */
    static MasterKey ofFile(Path file) {
        return KeysetFile.read(file);
    }

    /**
     * Draws a master key and writes it to a file that only its owner may read. Refuses to replace a file.
     *
     * @throws EncryptionException if the file is there already, or cannot be written
     */
    static MasterKey createFile(Path file) {
        try {
            KeysetFile.create(file);
        } catch (IOException | GeneralSecurityException e) {
            throw new EncryptionException(
                    "master key could not be created; nothing was replaced: file=" + file + ", cause=" + e, e);
        }
        return KeysetFile.read(file);
    }
}
