package io.stele.tools;

/** Keeps libraries from talking on the user's terminal. Must run before the first of their classes is loaded. */
final class Quiet {
    private Quiet() {}

    /** Turns everything off that is known to talk. What is logged at {@code level} or above goes to stderr. */
    static void on(String level) {
        System.setProperty("chronicle.announcer.disable", "true");
        System.setProperty("chronicle.analytics.disable", "true");
        System.setProperty("stele.log", level);
    }
}
