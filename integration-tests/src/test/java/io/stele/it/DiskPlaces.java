package io.stele.it;

import io.stele.Stele;
import io.stele.encryption.SubjectKeys;
import io.stele.journal.ChronicleJournal;
import io.stele.recovery.Recovery;
import io.stele.snapshot.RocksSnapshotStore;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * Finds every call in the bytecode of this project that changes the disk, names it {@code Class.method:n}, n counting from 1 within the
 * method, and weaves a {@link KillPoint} in front of it.
 *
 * <p>A call that changes nothing there and then (opening a file that is there, a directory that exists) counts too: it is cheaper to
 * kill once more than to guess.
 */
final class DiskPlaces extends WovenWorld {
    private static final Map<String, Set<String>> CALLS = Map.ofEntries(
            Map.entry("java/nio/channels/FileChannel", Set.of("write", "force", "truncate", "transferTo")),
            Map.entry(
                    "java/nio/file/Files",
                    Set.of(
                            "move",
                            "delete",
                            "deleteIfExists",
                            "write",
                            "writeString",
                            "createFile",
                            "createDirectory",
                            "createDirectories",
                            "createLink",
                            "copy")),
            Map.entry("io/stele/journal/SegmentStorage", Set.of("create", "rename", "delete", "forceDirectory")),
            Map.entry("io/stele/journal/SegmentStorage$OpenFile", Set.of("write", "force", "resize")),
            Map.entry("sun/misc/Unsafe", Set.of("copyMemory", "putOrderedInt")),
            Map.entry("net/openhft/chronicle/core/UnsafeMemory", Set.of("copyMemory", "writeOrderedInt")),
            Map.entry("net/openhft/chronicle/core/Memory", Set.of("copyMemory", "writeOrderedInt")),
            Map.entry("net/openhft/chronicle/queue/ExcerptAppender", Set.of("writeBytes", "close")),
            Map.entry(
                    "net/openhft/chronicle/queue/impl/single/SingleChronicleQueue", Set.of("createAppender", "close")),
            Map.entry("org/rocksdb/RocksDB", Set.of("open", "put", "write", "flush", "delete", "closeE", "close")),
            Map.entry("org/rocksdb/Checkpoint", Set.of("createCheckpoint")));

    /** Where the real calls are that the interfaces above lead to: one place less by another name. */
    private static final Set<String> BELOW =
            Set.of("io/stele/journal/FileSegmentStorage", "io/stele/snapshot/NativeLibrary");

    private static final List<Class<?>> ROOMS =
            List.of(ChronicleJournal.class, RocksSnapshotStore.class, Recovery.class, SubjectKeys.class, Stele.class);

    @Override
    byte[] weave(String name, byte[] original) {
        return name.startsWith("io.stele.it.") ? original : weave(original, new TreeSet<>());
    }

    /** Returns the names of all places in the rooms that write. */
    static SortedSet<String> all() throws IOException {
        SortedSet<String> places = new TreeSet<>();
        for (Class<?> room : ROOMS) {
            Path home = home(room);
            if (Files.isDirectory(home)) {
                collect(home, places);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(home)) {
                    collect(jar.getPath("/"), places);
                }
            }
        }
        return places;
    }

    private static Path home(Class<?> room) throws IOException {
        try {
            return Path.of(
                    room.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private static void collect(Path home, SortedSet<String> places) throws IOException {
        try (Stream<Path> files = Files.walk(home)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                weave(Files.readAllBytes(file), places);
            }
        }
    }

    private static byte[] weave(byte[] original, SortedSet<String> found) {
        ClassReader reader = new ClassReader(original);
        if (BELOW.stream().anyMatch(reader.getClassName()::startsWith)) {
            return original;
        }
        ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
        int before = found.size();
        reader.accept(new Weaver(writer, reader.getClassName(), found), 0);
        return found.size() == before ? original : writer.toByteArray();
    }

    private static final class Weaver extends ClassVisitor {
        private final String type;
        private final SortedSet<String> found;
        private final Map<String, Integer> counts = new HashMap<>();

        Weaver(ClassWriter writer, String type, SortedSet<String> found) {
            super(Opcodes.ASM9, writer);
            this.type = type.substring(type.lastIndexOf('/') + 1);
            this.found = found;
        }

        @Override
        public MethodVisitor visitMethod(
                int access, String name, String descriptor, String signature, String[] exceptions) {
            return new MethodVisitor(Opcodes.ASM9, super.visitMethod(access, name, descriptor, signature, exceptions)) {
                @Override
                public void visitMethodInsn(
                        int opcode, String owner, String called, String calledDescriptor, boolean isInterface) {
                    if (CALLS.getOrDefault(owner, Set.of()).contains(called)) {
                        String place = type + "." + name + ":" + counts.merge(name, 1, Integer::sum);
                        found.add(place);
                        super.visitLdcInsn(place);
                        super.visitMethodInsn(
                                Opcodes.INVOKESTATIC,
                                "io/stele/it/KillPoint",
                                "reached",
                                "(Ljava/lang/String;)V",
                                false);
                    }
                    super.visitMethodInsn(opcode, owner, called, calledDescriptor, isInterface);
                }
            };
        }
    }
}
