package io.stele.benchmarks;

import net.openhft.chronicle.core.Jvm;

/** Keeps libraries from talking over the figures. To be asked before their classes are loaded. */
final class Quiet {
    private Quiet() {}

    /** Lets the logging façade not complain that nobody listens. */
    static void logging() {
        System.setProperty("slf4j.internal.verbosity", "ERROR");
    }

    /** Silences Chronicle. */
    static void chronicle() {
        logging();
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.disk.monitor.disable", "true");
        System.setProperty("disable.perf.info", "true");
        Jvm.disableDebugHandler();
        Jvm.disablePerfHandler();
        Jvm.disableWarnHandler();
    }
}
