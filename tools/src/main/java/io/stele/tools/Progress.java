package io.stele.tools;

import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Shows on stderr how far a command has got: one line that is drawn again and again on a terminal, a plain line every few
 * seconds elsewhere.
 *
 * <p>Draws on a thread of its own, so the supplier must be safe to call from any thread. Closed, it leaves no line behind on a
 * terminal.
 */
final class Progress {
    private static final long LIVE_INTERVAL_MS = 100;
    private static final long PLAIN_INTERVAL_MS = 5_000;
    private static final int BAR_COLUMNS_MAX = 30;
    private static final int BAR_COLUMNS_MIN = 8;

    private final GlobalOptions options;
    private final Supplier<Status> status;
    private final boolean live;
    private final ScheduledExecutorService timer;

    /**
     * How far it has got.
     *
     * @param done of {@code total}
     * @param total above 0
     * @param facts what stands behind the bar, most important first
     */
    record Status(long done, long total, String facts) {}

    private Progress(GlobalOptions options, Supplier<Status> status) {
        this.options = options;
        this.status = status;
        this.live = options.console().errIsTerminal();
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "stele-progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Does {@code work} while showing what {@code status} says, unless the user wants no progress. */
    static <T> T during(GlobalOptions options, Supplier<Status> status, Supplier<T> work) {
        Progress progress = new Progress(options, status);
        try {
            progress.start();
            return work.get();
        } finally {
            progress.close();
        }
    }

    private void start() {
        if (options.isProgressShown()) {
            long periodMs = live ? LIVE_INTERVAL_MS : PLAIN_INTERVAL_MS;
            var unused = timer.scheduleAtFixedRate(this::draw, periodMs, periodMs, TimeUnit.MILLISECONDS);
        }
    }

    /** Draws one line. */
    String line(Screen screen) {
        Status now = status.get();
        double fraction = now.total == 0 ? 1 : (double) now.done / now.total;
        String percent = String.format("%3d%%", (int) (fraction * 100));
        int room = screen.columns() - 1 - 2 - 2 - percent.length() - 2 - SafeText.columns(now.facts);
        int width = Math.max(BAR_COLUMNS_MIN, Math.min(BAR_COLUMNS_MAX, room));
        int factsMax = screen.columns() - 1 - 2 - width - 2 - percent.length() - 2;
        return "  " + screen.bar(fraction, width) + "  " + percent + "  "
                + SafeText.cut(now.facts, factsMax, screen.ellipsis());
    }

    private synchronized void draw() {
        if (timer.isShutdown()) {
            return;
        }
        Screen screen = options.errScreen();
        if (live) {
            options.console().err().print("\r" + line(screen) + "\u001b[K");
        } else {
            Status now = status.get();
            long percent = now.total == 0 ? 100 : now.done * 100 / now.total;
            options.console().err().println("stele: " + percent + "%  " + now.facts);
        }
        options.console().err().flush();
    }

    private void close() {
        timer.shutdownNow();
        synchronized (this) {
            if (live && options.isProgressShown()) {
                options.console().err().print("\r\u001b[K");
                options.console().err().flush();
            }
        }
    }
}
