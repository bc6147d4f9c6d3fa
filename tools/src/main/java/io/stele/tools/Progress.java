package io.stele.tools;

import io.stele.spi.Clock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows on stderr how far a command has got: one line with a bar, the rate and the time left, drawn again and again. Only where
 * stderr is a terminal, and only for what takes longer than a second.
 *
 * <p>Draws on a thread of its own, so the supplier must be safe to call from any thread. Closed, it leaves no line behind.
 */
final class Progress {
    private static final long FIRST_MS = 1_000;
    private static final long INTERVAL_MS = 100;
    private static final int BAR_COLUMNS_MAX = 30;
    private static final int BAR_COLUMNS_MIN = 8;

    private final GlobalOptions options;
    private final Supplier<Status> status;
    private final ScheduledExecutorService timer;
    private final long startNs = Clock.system().nanoTime();
    private boolean drawn;

    /**
     * How far it has got.
     *
     * @param done of {@code total}
     * @param total above 0
     * @param facts what stands behind the bar, most important first
     * @param isBytes whether those are bytes: then the rate is shown as well
     */
    record Status(long done, long total, String facts, boolean isBytes) {
        Status(long done, long total, String facts) {
            this(done, total, facts, false);
        }
    }

    private Progress(GlobalOptions options, Supplier<Status> status) {
        this.options = options;
        this.status = status;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Does {@code work} while showing what {@code status} says, unless the user wants no progress. */
    static <T> T during(GlobalOptions options, Supplier<Status> status, Supplier<T> work) {
        if (!options.isProgressShown() || !options.console().errIsTerminal()) {
            return work.get();
        }
        Progress progress = new Progress(options, status);
        try {
            var unused =
                    progress.timer.scheduleAtFixedRate(progress::draw, FIRST_MS, INTERVAL_MS, TimeUnit.MILLISECONDS);
            return work.get();
        } finally {
            progress.close();
        }
    }

    /** Draws one line for what was reached after {@code elapsedNs}. */
    static String line(Screen screen, Status now, long elapsedNs) {
        double fraction = now.total == 0 ? 1 : (double) now.done / now.total;
        String percent = String.format("%3d%%", (int) (fraction * 100));
        String facts = now.facts + pace(now, elapsedNs);
        int room = screen.columns() - 1 - 2 - 2 - percent.length() - 2 - SafeText.columns(facts);
        int width = Math.max(BAR_COLUMNS_MIN, Math.min(BAR_COLUMNS_MAX, room));
        int factsMax = screen.columns() - 1 - 2 - width - 2 - percent.length() - 2;
        return "  " + screen.bar(fraction, width) + "  " + percent + "  "
                + SafeText.cut(facts, factsMax, screen.ellipsis());
    }

    private static String pace(Status now, long elapsedNs) {
        if (now.done <= 0 || elapsedNs <= 0) {
            return "";
        }
        double perNs = (double) now.done / elapsedNs;
        long leftNs = (long) (Math.max(0, now.total - now.done) / perNs);
        String rate = now.isBytes ? "  " + Units.bytes((long) (perNs * 1e9)) + "/s" : "";
        return rate + "  " + Units.duration(Math.max(TimeUnit.SECONDS.toNanos(1), leftNs)) + " left";
    }

    private synchronized void draw() {
        if (timer.isShutdown()) {
            return;
        }
        drawn = true;
        String line = line(options.errScreen(), status.get(), Clock.system().nanoTime() - startNs);
        options.console().err().print("\r" + line + "\u001b[K");
        options.console().err().flush();
    }

    private void close() {
        timer.shutdownNow();
        synchronized (this) {
            if (drawn) {
                options.console().err().print("\r\u001b[K");
                options.console().err().flush();
            }
        }
    }
}
