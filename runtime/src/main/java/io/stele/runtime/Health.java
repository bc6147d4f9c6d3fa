package io.stele.runtime;

import io.stele.spi.EventJournal;
import io.stele.spi.JournalException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a system is.
 *
 * @param live false if nothing but a new process helps
 * @param ready whether it can do what it is asked to now; never without being live
 * @param reasons everything that is not as it should be, the worst first; empty if all is well
 */
public record Health(boolean live, boolean ready, List<Reason> reasons) {

    /** How bad something is. */
    public enum Severity {
        /** Nothing but a new process helps. */
        DEAD,
        /** What the system is asked for fails now, or waits; that may end by itself, or by what the reason says. */
        NOT_READY,
        /** Somebody should look, but the system does its work. */
        WARNING
    }

    /**
     * Something that is not as it should be.
     *
     * @param severity how bad it is
     * @param code a name for programs: {@code lane-failed}, {@code disk-full}, {@code closing}, {@code workers-stuck},
     *     {@code recovery-backlog}, {@code quarantine}
     * @param text a sentence for people
     */
    public record Reason(Severity severity, String code, String text) {}

    /** More waiting actors for each permit than this are worth a warning. */
    private static final int BACKLOG_PER_PERMIT = 100;

    static Health of(ActorSystem system, @Nullable Persistence persistence, Watchdog watchdog) {
        List<Reason> reasons = new ArrayList<>();
        if (system.isClosing()) {
            reasons.add(new Reason(Severity.NOT_READY, "closing", "the system is being closed"));
        }
        int stuck = watchdog.stuckCount();
        if (stuck > 0) {
            int workers = watchdog.workerCount();
            reasons.add(new Reason(
                    stuck < workers ? Severity.WARNING : Severity.NOT_READY,
                    "workers-stuck",
                    "turns take too long, handlers may block: workers=" + stuck + ", workerCount=" + workers));
        }
        if (persistence != null) {
            look(persistence.journal(), reasons);
            look(persistence, reasons);
        }
        reasons.sort((one, other) -> one.severity().compareTo(other.severity()));
        boolean live = reasons.stream().noneMatch(reason -> reason.severity() == Severity.DEAD);
        boolean ready = reasons.stream().allMatch(reason -> reason.severity() == Severity.WARNING);
        return new Health(live, ready, List.copyOf(reasons));
    }

    private static void look(EventJournal journal, List<Reason> reasons) {
        for (int lane = 0; lane < journal.laneCount(); lane++) {
            JournalException failure = journal.failure(lane);
            if (failure != null) {
                reasons.add(new Reason(
                        Severity.DEAD,
                        "lane-failed",
                        "lane refuses events until the directory is opened again: lane=" + lane + ", reason="
                                + failure.getMessage()));
            }
        }
        if (journal.stats(0).isFull()) {
            reasons.add(new Reason(
                    Severity.NOT_READY,
                    "disk-full",
                    "no event is taken until there is room on the disk: freeBytes="
                            + journal.stats(0).freeBytes()));
        }
    }

    private static void look(Persistence persistence, List<Reason> reasons) {
        Recoveries.Totals totals = persistence.recoveries().totals();
        if (totals.waitingCount() > BACKLOG_PER_PERMIT * totals.permitCount()) {
            reasons.add(new Reason(
                    Severity.WARNING,
                    "recovery-backlog",
                    "many actors wait to be recovered: waiting=" + totals.waitingCount() + ", permits="
                            + totals.permitCount()));
        }
        int quarantined = persistence.quarantine().list().size();
        if (quarantined > 0) {
            reasons.add(new Reason(
                    Severity.WARNING,
                    "quarantine",
                    "actors are out of service because of events that cannot be applied, see stele quarantine list: actors="
                            + quarantined));
        }
    }
}
