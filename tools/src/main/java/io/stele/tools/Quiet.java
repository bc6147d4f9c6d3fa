package io.stele.tools;

/** Keeps libraries from talking on the user's terminal. Must run before the first of their classes is loaded. */
final class Quiet {
    /** The property that says from which level on something is logged. */
    static final String LEVEL = "stele.log";

    private Quiet() {}

    /** Turns everything off that is known to talk. What is logged at {@code level} or above goes to stderr. */
    static void on(String level) {
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty(LEVEL, level);
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty(
                "slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider"); // saves looking for it
    }
}
