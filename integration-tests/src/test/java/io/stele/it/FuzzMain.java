package io.stele.it;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What the fuzzer calls: one target, chosen by its argument, which may not take long over any input. */
public final class FuzzMain {
    private static final long NS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static FuzzTargets.Target target = new FuzzTargets.Target(data -> {}, List.of());

    private FuzzMain() {}

    /** Chooses the target: its name, and a directory that it may use. */
    public static void fuzzerInitialize(String[] args) throws IOException {
        target = requireTarget(args[0], Path.of(args[1]));
    }

    private static FuzzTargets.Target requireTarget(String name, Path directory) {
        FuzzTargets.Target found = FuzzTargets.all(directory).get(name);
        if (found == null) {
            throw new IllegalArgumentException("no such target: target=" + name);
        }
        return found;
    }

    /** Takes one input. */
    public static void fuzzerTestOneInput(byte[] data) {
        long startNs = THREADS.getCurrentThreadCpuTime();
        target.takes().accept(data);
        long tookNs = THREADS.getCurrentThreadCpuTime() - startNs;
        if (tookNs > NS_MAX) {
            throw new IllegalStateException(
                    "input takes too long: processorMs=" + tookNs / 1_000_000 + ", bytes=" + data.length);
        }
    }
}
