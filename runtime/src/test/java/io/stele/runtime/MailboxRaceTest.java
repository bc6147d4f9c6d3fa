package io.stele.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jctools.queues.varhandle.unpadded.MpscGrowableVarHandleUnpaddedArrayQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/**
 * A mailbox that has to grow while two senders add and the actor takes: everything arrives once, and what one sender sends stays in its
 * order.
 */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class MailboxRaceTest {
    private static final int SMALL = 4;
    private static final int CAPACITY = 16;
    private static final int SENT = 5;

    /** Takes from the large queue without looking into the small one again. */
    private static final class Hasty {
        private final Queue<Object> small = new MpscGrowableVarHandleUnpaddedArrayQueue<>(2, SMALL);
        private volatile @Nullable Queue<Object> large;

        void offer(Object message) {
            Queue<Object> busy = large;
            if (busy != null || !small.offer(message)) {
                grow().offer(message);
            }
        }

        private synchronized Queue<Object> grow() {
            Queue<Object> busy = large;
            if (busy == null) {
                busy = new MpscGrowableVarHandleUnpaddedArrayQueue<>(2, CAPACITY);
                large = busy;
            }
            return busy;
        }

        @Nullable Object poll() {
            Object message = small.poll();
            Queue<Object> busy = large;
            return message == null && busy != null ? busy.poll() : message;
        }
    }

    private static void model() {
        Queue<Object> mailbox = OrderedMailbox.growing(SMALL, CAPACITY);
        List<Object> taken = new ArrayList<>();

        Race.together(
                () -> {
                    for (int i = 1; i <= SENT; i++) {
                        mailbox.offer(i);
                    }
                },
                () -> {
                    Object message = mailbox.poll();
                    if (message != null) {
                        taken.add(message);
                    }
                });
        for (Object rest = mailbox.poll(); rest != null; rest = mailbox.poll()) {
            taken.add(rest);
        }

        check(taken);
    }

    private static void twin() {
        Hasty mailbox = new Hasty();
        List<Object> taken = new ArrayList<>();

        Race.together(
                () -> {
                    for (int i = 1; i <= SENT; i++) {
                        mailbox.offer(i);
                    }
                },
                () -> {
                    Object message = mailbox.poll();
                    if (message != null) {
                        taken.add(message);
                    }
                });
        for (Object rest = mailbox.poll(); rest != null; rest = mailbox.poll()) {
            taken.add(rest);
        }

        check(taken);
    }

    private static void check(List<Object> taken) {
        Race.check(taken.size() == SENT, "a message was lost");
        for (int i = 1; i < SENT; i++) {
            Race.check(taken.indexOf(i) < taken.indexOf(i + 1), "a message overtook another one of its sender");
        }
    }

    @Test
    void shouldKeepEveryMessageInTheOrderOfItsSender() {
        Race.holds(MailboxRaceTest::model);
    }

    @Test
    void shouldCatchAMailboxThatDoesNotLookIntoTheSmallQueueAgain() {
        Race.isCaught(MailboxRaceTest::twin, "a message overtook another one of its sender");
    }
}
