package io.stele.journal;

import io.stele.spi.JournalException;
import java.util.ArrayList;
import java.util.List;
import net.openhft.chronicle.core.Jvm;
import net.openhft.chronicle.core.onoes.ExceptionHandler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Prepares the JVM for Chronicle: checks that it may reach what it needs, and keeps it quiet. To be asked before any Chronicle
 * class is touched.
 */
final class ChronicleRuntime {
    private static final String LOGGER = "io.stele.journal.chronicle";

    private ChronicleRuntime() {}

    /**
     * Checks the flags, and begins to load Chronicle on a thread of its own: that takes some 0.3 s in a new JVM, and nothing but
     * the first append needs it.
     *
     * @throws JournalException if a flag is missing; names all that are. No Chronicle class was loaded
     */
    static void begin() {
        requireFlags();
        LoggerFactory.getILoggerFactory(); // two threads that start the logging at once would be told so on stderr
        Thread loading = new Thread(ChronicleRuntime::prepare, "stele-loading");
        loading.setDaemon(true);
        loading.setUncaughtExceptionHandler((thread, thrown) -> {
            // whoever needs Chronicle finds it missing, and says so
        });
        loading.start();
    }

    /**
     * Waits until Chronicle is loaded and silenced. Cheap when called again.
     *
     * @throws JournalException if a flag is missing, or Chronicle cannot be loaded
     */
    static void prepare() {
        requireFlags();
        try {
            Quiet.prepare();
        } catch (LinkageError e) {
            throw new JournalException("Chronicle cannot be loaded, so nothing can be appended: cause=" + e, e);
        }
    }

    private static void requireFlags() {
        List<String> missing = missingFlags();
        if (!missing.isEmpty()) {
            throw new MissingFlagsException(
                    "this JVM was started without flags that the journal needs; nothing was opened; add: "
                            + String.join(" ", missing));
        }
    }

    private static List<String> missingFlags() {
        Module base = Object.class.getModule();
        Module own = ChronicleRuntime.class.getModule();
        List<String> missing = new ArrayList<>();
        if (!base.isOpen("java.lang.reflect", own)) {
            missing.add("--add-opens=java.base/java.lang.reflect=ALL-UNNAMED");
        }
        for (String name : List.of("jdk.internal.ref", "sun.nio.ch")) {
            if (!base.isExported(name, own)) {
                missing.add("--add-exports=java.base/" + name + "=ALL-UNNAMED");
            }
        }
        return missing;
    }

    /** Carries no stack trace: what is wrong is the command line, and the message says how to mend it. */
    private static final class MissingFlagsException extends JournalException {
        MissingFlagsException(String message) {
            super(message);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Loaded only when the flags are there. */
    private static final class Quiet implements ExceptionHandler {
        private static final Logger LOG = LoggerFactory.getLogger(LOGGER);

        static {
            setDefault("chronicle.analytics.disable", "true");
            setDefault("chronicle.announcer.disable", "true");
            setDefault("chronicle.disk.monitor.disable", "true");
            setDefault("disable.perf.info", "true");
            Quiet quiet = new Quiet();
            Jvm.setExceptionHandlers(quiet, quiet, quiet, quiet);
        }

        static void prepare() {
            assert LOG != null : "loaded";
        }

        @Override
        public void on(Logger logger, @Nullable String message, @Nullable Throwable thrown) {
            LOG.debug("{}: {}", logger.getName(), message, thrown);
        }

        @Override
        public boolean isEnabled(Class<?> aClass) {
            return LOG.isDebugEnabled();
        }

        private static void setDefault(String key, String value) {
            if (System.getProperty(key) == null) {
                System.setProperty(key, value);
            }
        }
    }
}
