package io.stele.tools;

import io.stele.tools.Diagnosis.Status;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What {@code doctor} looks at outside the data directory. */
final class MachineChecks {
    private static final int JAVA_MIN = 17;
    private static final long OPEN_FILES_MIN = 4_096;
    private static final long MAPS_MIN = 65_530;

    private MachineChecks() {}

    static List<Diagnosis> all() {
        List<Diagnosis> found = new ArrayList<>();
        found.add(Diagnosis.well("stele", VersionCommand.version()));
        found.add(java());
        found.add(flags());
        found.add(system());
        memory().ifPresent(found::add);
        limit(
                        "Max open files",
                        "open files",
                        OPEN_FILES_MIN,
                        "raise it with ulimit -n: each lane and RocksDB keep files open")
                .ifPresent(found::add);
        maps().ifPresent(found::add);
        found.add(temporaryDirectory());
        return found;
    }

    private static Diagnosis java() {
        int version = Runtime.version().feature();
        return Diagnosis.of(
                "java",
                version >= JAVA_MIN,
                Status.WRONG,
                System.getProperty("java.version") + ", " + System.getProperty("java.vendor"),
                "use a JDK 17 or later");
    }

    /** The flags are in effect if the modules are open to us. */
    private static Diagnosis flags() {
        Module base = Object.class.getModule();
        boolean isOpen = base.isExported("jdk.internal.ref", MachineChecks.class.getModule())
                && base.isExported("sun.nio.ch", MachineChecks.class.getModule())
                && base.isOpen("java.lang.reflect", MachineChecks.class.getModule());
        return Diagnosis.of(
                "jvm flags",
                isOpen,
                Status.WRONG,
                isOpen ? "all that Chronicle needs" : "missing",
                "start your program with: java @config/jvm.args");
    }

    private static Diagnosis system() {
        String name = System.getProperty("os.name");
        String found = name + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch") + ", "
                + Runtime.getRuntime().availableProcessors() + " processors";
        return Diagnosis.of(
                "system",
                name.toLowerCase(Locale.ROOT).contains("linux"),
                Status.REMARK,
                found,
                "Stele is tested on Linux alone");
    }

    private static Optional<Diagnosis> memory() {
        return value(Path.of("/proc/meminfo"), "MemAvailable:").map(kib -> {
            long available = kib * 1024;
            return Diagnosis.of(
                    "memory",
                    available > Runtime.getRuntime().maxMemory() / 2,
                    Status.REMARK,
                    Units.bytes(available) + " available, heap up to "
                            + Units.bytes(Runtime.getRuntime().maxMemory()),
                    "the page cache needs memory beside the heap: make the heap smaller");
        });
    }

    private static Optional<Diagnosis> limit(String line, String check, long min, String advice) {
        return value(Path.of("/proc/self/limits"), line)
                .map(limit ->
                        Diagnosis.of(check, limit >= min, Status.REMARK, "at most " + Units.count(limit), advice));
    }

    private static Optional<Diagnosis> maps() {
        try {
            long max = Long.parseLong(Files.readAllLines(Path.of("/proc/sys/vm/max_map_count"))
                    .get(0)
                    .strip());
            return Optional.of(Diagnosis.of(
                    "memory maps",
                    max >= MAPS_MIN,
                    Status.REMARK,
                    "at most " + Units.count(max),
                    "raise vm.max_map_count: segments are mapped"));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Diagnosis temporaryDirectory() {
        Path directory = Path.of(System.getProperty("java.io.tmpdir"));
        return Diagnosis.of(
                "temporary files",
                Files.isWritable(directory),
                Status.WRONG,
                directory.toString(),
                "name a directory that can be written with -Djava.io.tmpdir");
    }

    private static Optional<Long> value(Path file, String key) {
        try {
            for (String line : Files.readAllLines(file)) {
                if (line.startsWith(key)) {
                    String first = line.substring(key.length()).strip().split("\\s+", -1)[0];
                    return first.matches("\\d{1,18}") ? Optional.of(Long.parseLong(first)) : Optional.empty();
                }
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }
}
