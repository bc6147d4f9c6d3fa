package io.stele.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/** The status of an actor while others tell it something: no message is forgotten, and no two turns are under way at once. */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class WakeUpRaceTest {

    /** The real mailbox and status. */
    private static class Counting extends Cell {
        final AtomicInteger inTurn = new AtomicInteger();
        int handled;

        Counting() {
            super(Quiet.SYSTEM, Quiet.kind());
        }

        @Override
        void turn() {
            Race.check(inTurn.incrementAndGet() == 1, "two turns at once");
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                handled++;
            }
            inTurn.decrementAndGet();
            endTurn();
        }

        void endTurn() {
            rest();
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
            return "counting";
        }
    }

    /** Looks into the mailbox first and sets the status afterwards. */
    private static final class LooksFirst extends Counting {
        @Override
        void endTurn() {
            boolean goesOn = hasWork();
            status = IDLE;
            if (goesOn) {
                wake();
            }
        }
    }

    private static void model(Counting actor) {
        Race.together(() -> actor.offer("1"), () -> {
            actor.offer("2");
            actor.offer("3");
        });

        Race.check(actor.handled == 3, "a message was forgotten");
    }

    private static void model() {
        model(new Counting());
    }

    private static void twin() {
        model(new LooksFirst());
    }

    @Test
    void shouldForgetNoMessage() {
        Race.holds(WakeUpRaceTest::model);
    }

    @Test
    void shouldCatchAnActorThatLooksIntoItsMailboxTooEarly() {
        Race.isCaught(WakeUpRaceTest::twin, "a message was forgotten");
    }
}
