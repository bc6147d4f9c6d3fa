package io.stele.benchmarks;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How busy others keep the machine, from {@code /proc}: what all processors did, less what this process and the kernel's own
 * threads did. The kernel's threads write back what we have written, so they are not others.
 *
 * <p>Where there is no {@code /proc}, or less of it, the answer is 0.
 *
 * @param busyTicks of all processors, stolen time included
 * @param totalTicks of all processors
 * @param ownTicks of this process, its children that have ended, and the kernel's threads
 */
record CpuLoad(long busyTicks, long totalTicks, long ownTicks) {
    private static final Path PROC = Path.of("/proc");
    private static final long KERNEL_THREADS_PARENT = 2;

    static CpuLoad now() {
        try {
            List<String> stat = Files.readAllLines(PROC.resolve("stat"));
            String[] all = stat.get(0).trim().split("\\s+");
            long total = 0;
            for (int i = 1; i <= 8; i++) {
                total += Long.parseLong(all[i]);
            }
            long idle = Long.parseLong(all[4]) + Long.parseLong(all[5]);
            return new CpuLoad(total - idle, total, process("self", true) + kernelThreads());
        } catch (IOException | RuntimeException e) {
            return new CpuLoad(0, 0, 0);
        }
    }

    /** Returns what others used since {@code earlier}, in per cent of all processors, 0 to 100. */
    double foreignPctSince(CpuLoad earlier) {
        long total = totalTicks - earlier.totalTicks;
        long foreign = busyTicks - earlier.busyTicks - (ownTicks - earlier.ownTicks);
        return total <= 0 ? 0 : Math.max(0, Math.min(100, 100.0 * foreign / total));
    }

    private static long kernelThreads() throws IOException {
        long ticks = 0;
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                Path name = process.getFileName();
                ticks += name == null ? 0 : process(name.toString(), false);
            }
        }
        return ticks;
    }

    /** Returns user and system time; of another process only if it is one of the kernel's threads. */
    private static long process(String pid, boolean own) {
        try {
            String stat = Files.readString(PROC.resolve(pid).resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            if (!own && Long.parseLong(fields[1]) != KERNEL_THREADS_PARENT) {
                return 0;
            }
            long ended = own ? Long.parseLong(fields[13]) + Long.parseLong(fields[14]) : 0;
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]) + ended;
        } catch (IOException e) {
            return 0; // it has ended meanwhile
        }
    }
}
