package io.stele.snapshot;

import io.stele.spi.SnapshotException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads RocksDB's native library from one place per user.
 *
 * <p>On its own RocksDB unpacks 17 MB to the temporary directory at every start and removes them at exit, so every
 * {@code kill -9} leaves a copy behind. Here the library is unpacked once, to {@code ROCKSDB_SHAREDLIB_DIR} if that is set,
 * otherwise to {@code $XDG_CACHE_HOME/stele} or {@code ~/.cache/stele}. It is written beside its name and renamed, so that a
 * running process never sees it change, and its length and CRC-32 are compared with the jar's before every use. A directory
 * that others may write to is not trusted. Where any of this fails RocksDB does it its own way.
 */
final class NativeLibrary {

    private static final Logger LOG = LoggerFactory.getLogger(NativeLibrary.class);

    private static boolean loaded;

    private NativeLibrary() {}

    /**
     * Loads it. Again does nothing. Any thread.
     *
     * @throws SnapshotException if there is none for this machine, or nowhere to unpack it
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        Path directory = unpacked();
        try {
            if (directory == null || !loadFrom(directory)) {
                RocksDB.loadLibrary();
            }
        } catch (RuntimeException | UnsatisfiedLinkError e) {
            throw new SnapshotException(
                    "native library of RocksDB cannot be loaded: os=" + System.getProperty("os.name")
                            + ", architecture="
                            + System.getProperty("os.arch") + ", temporaryDirectory="
                            + System.getProperty("java.io.tmpdir") + ", reason=" + e.getMessage()
                            + "; nothing was opened; set ROCKSDB_SHAREDLIB_DIR to a directory that allows execution",
                    e);
        }
        loaded = true;
    }

    private static boolean loadFrom(Path directory) {
        try {
            RocksDB.loadLibrary(List.of(directory.toString()));
            return true;
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("native library is unpacked to the temporary directory instead: reason={}", e.toString());
            return false;
        }
    }

    private static @Nullable Path unpacked() {
        try {
            JarEntry entry = entry();
            return entry == null ? null : unpack(entry, directory(entry));
        } catch (IOException | SecurityException | UnsupportedOperationException e) {
            LOG.debug("native library is unpacked to the temporary directory instead: reason={}", e.toString());
            return null;
        }
    }

    /** Unpacks the library unless it is there already. */
    static Path unpack(JarEntry entry, Path directory) throws IOException {
        requireOurs(directory);
        Path library = directory.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        if (!isWhole(library, entry)) {
            Path part = Files.createTempFile(directory, "unpacking", ".part");
            try (InputStream in = RocksDB.class.getClassLoader().getResourceAsStream(entry.getName())) {
                Files.copy(requirePresent(in), part, StandardCopyOption.REPLACE_EXISTING);
                Files.move(part, library, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        }
        if (!isWhole(library, entry)) {
            throw new IOException("library differs from the one in the jar: file=" + library);
        }
        return directory;
    }

    /** Finds the library for this machine in RocksDB's jar; null if it is not in a jar, or not at all. */
    static @Nullable JarEntry entry() throws IOException {
        URL url = resource(Environment.getJniLibraryFileName("rocksdb"));
        if (url == null) {
            url = resource(Environment.getFallbackJniLibraryFileName("rocksdb"));
        }
        URLConnection connection = url == null ? null : url.openConnection();
        return connection instanceof JarURLConnection jar ? jar.getJarEntry() : null;
    }

    private static @Nullable URL resource(@Nullable String name) {
        return name == null ? null : RocksDB.class.getClassLoader().getResource(name);
    }

    private static Path directory(JarEntry entry) throws IOException {
        String name = "rocksdb-" + Long.toHexString(entry.getCrc()) + "-" + entry.getSize();
        Path directory = cacheRoot().toAbsolutePath().resolve(name);
        if (Files.getFileStore(existing(directory)).supportsFileAttributeView("posix")) {
            return Files.createDirectories(
                    directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        return Files.createDirectories(directory);
    }

    private static Path cacheRoot() {
        String wanted = System.getenv("ROCKSDB_SHAREDLIB_DIR");
        if (wanted != null && !wanted.isEmpty()) {
            return Path.of(wanted);
        }
        String caches = System.getenv("XDG_CACHE_HOME");
        return caches != null && caches.startsWith("/")
                ? Path.of(caches, "stele")
                : Path.of(System.getProperty("user.home"), ".cache", "stele");
    }

    private static Path existing(Path directory) throws IOException {
        Path found = directory;
        while (found != null && !Files.exists(found)) {
            found = found.getParent();
        }
        if (found == null) {
            throw new IOException("no part of the path exists: path=" + directory);
        }
        return found;
    }

    private static void requireOurs(Path directory) throws IOException {
        if (!Files.getFileStore(directory).supportsFileAttributeView("posix")) {
            return;
        }
        PosixFileAttributes attributes = Files.readAttributes(directory, PosixFileAttributes.class);
        Set<PosixFilePermission> permissions = attributes.permissions();
        if (!attributes.owner().getName().equals(System.getProperty("user.name"))
                || permissions.contains(PosixFilePermission.GROUP_WRITE)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new IOException("directory may be written by others: directory=" + directory + ", owner="
                    + attributes.owner().getName() + ", permissions=" + PosixFilePermissions.toString(permissions));
        }
    }

    private static boolean isWhole(Path library, JarEntry entry) throws IOException {
        if (!Files.isRegularFile(library) || Files.size(library) != entry.getSize()) {
            return false;
        }
        CRC32 crc = new CRC32();
        try (CheckedInputStream in = new CheckedInputStream(Files.newInputStream(library), crc)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return crc.getValue() == entry.getCrc();
    }

    private static InputStream requirePresent(@Nullable InputStream in) throws IOException {
        if (in == null) {
            throw new IOException("library is no longer in the jar");
        }
        return in;
    }
}
