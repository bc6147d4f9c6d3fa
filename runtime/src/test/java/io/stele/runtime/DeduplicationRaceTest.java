package io.stele.runtime;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** A command with an id that is sent twice at once, and a snapshot of the window that another thread looks at meanwhile. */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class DeduplicationRaceTest {

    /** The real window, in the turns of a real cell. */
    private static class Once extends Cell {
        final DeduplicationWindow window = new DeduplicationWindow(4);
        final AtomicInteger carriedOut = new AtomicInteger();
        final AtomicReference<@Nullable List<DeduplicationWindow.Entry>> snapshot = new AtomicReference<>();

        Once() {
            super(Quiet.SYSTEM, Quiet.kind());
        }

        void send(String commandId) {
            offer(commandId);
        }

        @Override
        void turn() {
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                carryOut((String) message);
                snapshot.set(window.entries());
            }
            rest();
        }

        void carryOut(String commandId) {
            if (window.find(commandId) == null) {
                window.put(new DeduplicationWindow.Entry(commandId, carriedOut.incrementAndGet(), null, null));
            }
        }

        @Override
        boolean hasWork() {
            return !mailbox.isEmpty();
        }

        @Override
        void onWokenElsewhere() {}

        @Override
        void onTurnCutShort() {}

        @Override
        String label() {
            return "once";
        }
    }

    /** Looks whether the id is known where the command is sent, not in the turn. */
    private static final class LooksOutside extends Once {
        @Override
        void send(String commandId) {
            if (window.find(commandId) == null) {
                offer(commandId);
            }
        }

        @Override
        void carryOut(String commandId) {
            window.put(new DeduplicationWindow.Entry(commandId, carriedOut.incrementAndGet(), null, null));
        }
    }

    private static void model(Once actor) {
        Race.together(() -> actor.send("pay-1"), () -> actor.send("pay-1"), () -> {
            List<DeduplicationWindow.Entry> entries = actor.snapshot.get();
            Race.check(
                    entries == null || entries.get(0).commandId().equals("pay-1"),
                    "a snapshot of the window changed under its reader");
        });

        Race.check(actor.carriedOut.get() == 1, "a command was carried out twice");
    }

    private static void model() {
        model(new Once());
    }

    private static void twin() {
        model(new LooksOutside());
    }

    @Test
    void shouldCarryACommandOutOnce() {
        Race.holds(DeduplicationRaceTest::model);
    }

    @Test
    void shouldCatchAWindowThatIsLookedAtOutsideTheTurn() {
        Race.isCaught(DeduplicationRaceTest::twin, "a command was carried out twice");
    }
}
