package io.stele.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where figures were measured: they mean nothing elsewhere. */
record MachineFacts(Map<String, String> facts) {
    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
    private static final Path MEMORY_INFO = Path.of("/proc/meminfo");

    static MachineFacts of(Path directory) throws IOException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        facts.put("processorModel", fromFile(CPU_INFO, "model name"));
        facts.put("memory", fromFile(MEMORY_INFO, "MemTotal"));
        facts.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
        facts.put("heapMaxMiB", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
        facts.put("kernel", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        facts.put("fileSystem", Files.getFileStore(directory).type());
        facts.put("directory", directory.toAbsolutePath().normalize().toString());
        facts.put("assertions", Boolean.toString(MachineFacts.class.desiredAssertionStatus()));
        return new MachineFacts(facts);
    }

    private static String fromFile(Path file, String key) {
        try {
            return Files.readAllLines(file).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
