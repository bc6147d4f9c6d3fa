package io.stele.runtime;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to an actor that fails, and to the message that it failed on. Immutable; each method returns a changed copy.
 *
 * <pre>
 *   Supervision.restart()
 *           .on(IllegalArgumentException.class, Directive.RESUME)    the most specific class of the failure decides
 *           .withLimit(10, Duration.ofMinutes(1))                    more often than that: beyondLimit, STOP by default
 *           .withBackoff(Backoff.exponential(Duration.ofMillis(100), Duration.ofSeconds(10)))
 *           .retryFailed(2)
 * </pre>
 *
 * <p>A persistent actor says what is to become of itself: {@link PersistentActor#supervision()}. A plain actor says what is to
 * become of its children: {@link Actor#childSupervision()}.
 */
public final class Supervision {
    /** Which children are meant when one of them has failed. */
    enum Scope {
        ONE_FOR_ONE,
        ALL_FOR_ONE,
        REST_FOR_ONE
    }

    private static final Supervision RESTART = new Supervision(Directive.RESTART);

    private Map<Class<?>, Directive> rules = Map.of();
    private Directive otherwise;
    private int restartCountMax = Integer.MAX_VALUE;
    private long periodNs = Long.MAX_VALUE;
    private Directive beyondLimit = Directive.STOP;
    private @Nullable Backoff backoff;
    private int retryCount;
    private boolean parks;
    private Scope scope = Scope.ONE_FOR_ONE;

    private Supervision(Directive otherwise) {
        this.otherwise = otherwise;
    }

    private Supervision copy() {
        Supervision copy = new Supervision(otherwise);
        copy.rules = rules;
        copy.restartCountMax = restartCountMax;
        copy.periodNs = periodNs;
        copy.beyondLimit = beyondLimit;
        copy.backoff = backoff;
        copy.retryCount = retryCount;
        copy.parks = parks;
        copy.scope = scope;
        return copy;
    }

    /** Restarts at once, however often, and drops the message: what is done where nothing else is said. */
    public static Supervision restart() {
        return RESTART;
    }

    /** Goes on as if nothing had happened, but for the message, which is dropped. */
    public static Supervision resume() {
        return new Supervision(Directive.RESUME);
    }

    /** Ends the actor's life at its first failure. */
    public static Supervision stop() {
        return new Supervision(Directive.STOP);
    }

    /** Hands every failure to the parent. */
    public static Supervision escalate() {
        return new Supervision(Directive.ESCALATE);
    }

    /** Says what failures of one class lead to. Of several classes that a failure belongs to, the most specific one decides. */
    public Supervision on(Class<? extends Throwable> type, Directive directive) {
        Supervision copy = copy();
        Map<Class<?>, Directive> more = new HashMap<>(rules);
        more.put(type, directive);
        copy.rules = Map.copyOf(more);
        return copy;
    }

    /**
     * Sets how often an actor may be restarted. Counted for every actor by itself, while it lives.
     *
     * @param restartCount at least 0
     * @param period within which they are counted, above zero
     */
    public Supervision withLimit(int restartCount, Duration period) {
        if (restartCount < 0 || period.isZero() || period.isNegative()) {
            throw new IllegalArgumentException(
                    "limit is out of range: restartCount=" + restartCount + ", period=" + period);
        }
        Supervision copy = copy();
        copy.restartCountMax = restartCount;
        copy.periodNs = period.toNanos();
        return copy;
    }

    /**
     * Sets what happens instead of one restart too many. Default: {@link Directive#STOP}.
     *
     * @param directive {@link Directive#STOP} or {@link Directive#ESCALATE}
     */
    public Supervision beyondLimit(Directive directive) {
        if (directive != Directive.STOP && directive != Directive.ESCALATE) {
            throw new IllegalArgumentException("beyond its limit an actor stops or escalates: directive=" + directive);
        }
        Supervision copy = copy();
        copy.beyondLimit = directive;
        return copy;
    }

    /** Never restarts: what would be a restart is what {@link #beyondLimit} says. */
    public Supervision noRestart() {
        return withLimit(0, Duration.ofNanos(1));
    }

    /** Waits before every restart. Messages wait as well, in their order, as many as the mailbox takes. Default: no wait. */
    public Supervision withBackoff(Backoff value) {
        Supervision copy = copy();
        copy.backoff = value;
        return copy;
    }

    /**
     * Handles a message that has failed again, before any other, after the restart or resumption. Not where anything of it may have been
     * stored. Default: 0.
     *
     * @param count how often, at least 0; then it is dropped, or parked
     */
    public Supervision retryFailed(int count) {
        if (count < 0) {
            throw new IllegalArgumentException("count must not be negative: count=" + count);
        }
        Supervision copy = copy();
        copy.retryCount = count;
        return copy;
    }

    /**
     * Keeps a message that has failed for good, for somebody to look at: {@link ActorSystem#parked()}. Whoever asked is told of the failure
     * all the same. Default: it is dropped.
     */
    public Supervision parkFailed() {
        Supervision copy = copy();
        copy.parks = true;
        return copy;
    }

    /** Does to all children of the parent what it does to one of them. For {@link Actor#childSupervision()} only. */
    public Supervision allForOne() {
        Supervision copy = copy();
        copy.scope = Scope.ALL_FOR_ONE;
        return copy;
    }

    /** Does to those that were started after it what it does to a child. For {@link Actor#childSupervision()} only. */
    public Supervision restForOne() {
        Supervision copy = copy();
        copy.scope = Scope.REST_FOR_ONE;
        return copy;
    }

    /** Returns what a failure leads to, limits aside. */
    Directive directive(Throwable cause) {
        for (Class<?> type = cause.getClass(); type != Object.class; type = type.getSuperclass()) {
            Directive directive = rules.get(type);
            if (directive != null) {
                return directive;
            }
        }
        return otherwise;
    }

    Directive beyondLimit() {
        return beyondLimit;
    }

    int restartCountMax() {
        return restartCountMax;
    }

    long periodNs() {
        return periodNs;
    }

    @Nullable Backoff backoff() {
        return backoff;
    }

    int retryCount() {
        return retryCount;
    }

    boolean parks() {
        return parks;
    }

    Scope scope() {
        return scope;
    }
}
