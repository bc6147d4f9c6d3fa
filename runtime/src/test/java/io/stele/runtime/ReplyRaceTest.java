package io.stele.runtime;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/**
 * An actor that appends an event per message and lets its reply wait for the disk; a lane that forces. In whatever order they go on, a
 * reply whose event is durable has left in the end: nobody has to send another message for that.
 */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class ReplyRaceTest {
    /** A lane of a journal, as far as replies are concerned. */
    private static final class Disk {
        final AtomicLong appended = new AtomicLong();
        final AtomicLong durable = new AtomicLong();
        final LaneRelease release = new LaneRelease(Quiet.dispatcher());

        void force() {
            long position = appended.get();
            durable.set(position);
            release.onProgress();
        }
    }

    /** The real mailbox, status, gate and wait for the lane; a turn as that of an entity. */
    private static class Replying extends LaneWaiter implements Recipient {
        final Disk disk;
        final ReplyGate gate = new ReplyGate(4);
        final AtomicInteger replies = new AtomicInteger();

        Replying(Disk disk) {
            super(Quiet.SYSTEM, Quiet.kind());
            this.disk = disk;
        }

        @Override
        void turn() {
            gate.release(disk.durable.get());
            for (Object message = mailbox.poll(); message != null; message = mailbox.poll()) {
                gate.park(disk.appended.incrementAndGet(), this, message);
            }
            endTurn();
        }

        void endTurn() {
            boolean awaitsDisk = !gate.isEmpty();
            if (awaitsDisk) {
                awaitDisk(disk.release);
            }
            rest(awaitsDisk);
        }

        @Override
        boolean hasWork() {
            return !mailbox.isEmpty() || gate.headPosition() <= disk.durable.get();
        }

        @Override
        public void deliver(@Nullable Object message) {
            replies.incrementAndGet();
        }

        @Override
        public void fail(ActorException cause) {}

        @Override
        void onWokenElsewhere() {}

        @Override
        void onTurnCutShort() {}

        @Override
        String label() {
            return "replying";
        }
    }

    /** Looks whether the lane knows it before its turn is over: the fault that left replies behind. */
    private static final class LooksTooEarly extends Replying {
        LooksTooEarly(Disk disk) {
            super(disk);
        }

        @Override
        void endTurn() {
            if (!gate.isEmpty()) {
                awaitDisk(disk.release);
            }
            rest(false);
        }
    }

    private static void model(Disk disk, Replying actor) {
        actor.offer("1");
        Race.together(() -> actor.offer("2"), disk::force);
        disk.force();

        Race.check(actor.replies.get() == 2, "a durable reply was left behind");
    }

    private static void model() {
        Disk disk = new Disk();
        model(disk, new Replying(disk));
    }

    private static void twin() {
        Disk disk = new Disk();
        model(disk, new LooksTooEarly(disk));
    }

    @Test
    void shouldNeverLeaveADurableReplyBehind() {
        Race.holds(ReplyRaceTest::model);
    }

    @Test
    void shouldCatchAnActorThatDoesNotLookWhetherTheLaneStillKnowsIt() {
        Race.isCaught(ReplyRaceTest::twin, "a durable reply was left behind");
    }
}
