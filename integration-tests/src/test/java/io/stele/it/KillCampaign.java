package io.stele.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Kills real processes while they write, and looks each time whether what they had acknowledged is there. */
final class KillCampaign {
    static final List<String> AS_PROCESS_ONE = List.of("unshare", "--pid", "--fork", "--mount-proc", "--kill-child");

    private static final int SEGMENT_BYTES = 1 << 20;
    private static final int LANES = 4;

    private KillCampaign() {}

    /** What came of it. */
    record Result(int kills, long events, long acknowledged) {
        Result plus(Result other) {
            return new Result(kills + other.kills, events + other.events, acknowledged + other.acknowledged);
        }
    }

    static boolean hasNamespaces() {
        List<String> command = new ArrayList<>(AS_PROCESS_ONE);
        command.add("true");
        return Shell.works(command.toArray(String[]::new));
    }

    static boolean hasStrace() {
        return Shell.works("strace", "-e", "inject=fdatasync:signal=KILL:when=1000", "true");
    }

    /** Kills at random moments, in four directories at once. Throws {@link AssertionError} if anything acknowledged is lost. */
    static Result random(Path root, long seed, int kills, List<String> prefix) throws IOException {
        ExecutorService pool = Executors.newFixedThreadPool(LANES);
        try {
            List<Future<Result>> running = new ArrayList<>();
            Progress progress = Progress.of("kill", kills);
            for (int i = 0; i < LANES; i++) {
                int share = kills / LANES + (i < kills % LANES ? 1 : 0);
                Path directory = Files.createDirectories(root.resolve("k" + i));
                long own = seed * 31 + i;
                running.add(pool.submit(() -> loop(directory, own, share, prefix, progress)));
            }
            Result total = new Result(0, 0, 0);
            for (Future<Result> future : running) {
                total = total.plus(future.get());
            }
            return total;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AssertionError violation) {
                throw new AssertionError(violation.getMessage(), violation);
            }
            throw new IOException("a thread of the campaign has failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    private static Result loop(Path root, long seed, int kills, List<String> prefix, Progress progress)
            throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path data = root.resolve("journal");
        Path acks = root.resolve("acks");
        long events = 0;
        long acknowledged = 0;
        for (int kill = 0; kill < kills; kill++) {
            if (kill % 10 == 0) {
                SimulationCampaign.delete(data);
                Files.deleteIfExists(acks);
            }
            Process writer = write(prefix, data, acks, 700);
            boolean ready = Shell.awaitLine(writer, "ready");
            Shell.pause(random.nextInt(150));
            Shell.kill(writer);
            if (!ready) {
                throw new AssertionError("process did not come up after a kill: seed=" + seed + ", kill=" + kill);
            }
            Writer.Found found = Writer.check(data, acks, SEGMENT_BYTES, "seed=" + seed + ", kill=" + kill);
            events = Math.max(events, found.events());
            acknowledged = Math.max(acknowledged, found.acknowledged());
            progress.step();
        }
        if (kills > 0 && acknowledged == 0) {
            throw new IllegalStateException("no process has acknowledged anything, so nothing could be lost");
        }
        return new Result(kills, events, acknowledged);
    }

    /** Kills exactly when the n-th force begins. */
    static Result atForce(Path root, int n) throws IOException {
        return injected(root, "signal=KILL:when=" + n);
    }

    /** Has the n-th force and all later ones fail: the process must stop to acknowledge, and the next one lose nothing. */
    static Result failingForce(Path root, int n) throws IOException {
        return injected(root, "error=EIO:when=" + n + "+");
    }

    private static Result injected(Path root, String what) throws IOException {
        Path data = root.resolve("journal");
        Path acks = root.resolve("acks");
        SimulationCampaign.delete(data);
        Files.deleteIfExists(acks);
        List<String> prefix =
                List.of("strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:" + what);
        Process writer = write(prefix, data, acks, 700);
        boolean hasFailed = Shell.awaitLine(writer, "failed"); // or its end
        Shell.kill(writer);
        if (what.startsWith("error") != hasFailed || !Files.isDirectory(data)) {
            throw new IllegalStateException("process did not end as it was meant to: inject=" + what);
        }
        Writer.Found found = Writer.check(data, acks, SEGMENT_BYTES, what);
        return new Result(1, found.events(), found.acknowledged());
    }

    private static Process write(List<String> prefix, Path data, Path acks, int payloadBytes) throws IOException {
        return Shell.java(
                prefix,
                Writer.class,
                data.toString(),
                acks.toString(),
                Integer.toString(SEGMENT_BYTES),
                Integer.toString(payloadBytes));
    }
}
