package io.stele.runtime;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;

/**
 * An actor with something in its stash leaves memory while others tell it more: what was put back comes first, and what one sender sends
 * arrives once and in its order, whether the actor or its successor handles it.
 */
@EnabledForJreRange(maxVersion = Race.JDK_MAX)
final class StashRaceTest {

    /** Who is in memory now, and what was handled by whom. */
    private static final class Directory {
        final AtomicReference<Leaving> current;
        final List<Object> handled = new ArrayList<>();
        final boolean forgetful;

        Directory(boolean forgetful) {
            this.forgetful = forgetful;
            current = new AtomicReference<>(new Leaving(this));
        }

        /** As {@link Entities#deliver}. */
        void deliver(Object message) {
            while (true) {
                Leaving actor = Objects.requireNonNull(current.get());
                if (actor.offer(message) != Cell.Offer.CLOSED) {
                    return;
                }
                actor.forwardLeftovers();
            }
        }
    }

    /** The real mailbox, stash and way out of memory. */
    private static final class Leaving extends Leaver {
        private final Directory directory;

        Leaving(Directory directory) {
            super(Quiet.SYSTEM, Quiet.kind());
            this.directory = directory;
        }

        @Override
        void turn() {
            for (Object message = next(); message != null; message = next()) {
                if (message.equals("put back")) {
                    stash("put back once", 8);
                } else if (message.equals("leave")) {
                    leaveMemory(null);
                    return;
                } else {
                    directory.handled.add(message);
                }
            }
            rest();
        }

        @Override
        void onLeft(Queue<Object> waiting, @Nullable ActorException failure) {
            Leaving successor = new Leaving(directory);
            successor.inherit(waiting);
            directory.current.set(successor);
            successor.wake();
        }

        @Override
        void forward(Object message) {
            directory.deliver(message);
        }

        @Override
        boolean hasWork() {
            return hasMessages();
        }

        @Override
        void onWokenElsewhere() {
            if (status == CLOSED && !directory.forgetful) {
                forwardLeftovers();
            }
        }

        @Override
        void onTurnCutShort() {}

        @Override
        String label() {
            return "leaving";
        }
    }

    private static void model(boolean forgetful) {
        Directory directory = new Directory(forgetful);
        directory.deliver("put back");
        Race.together(
                () -> {
                    directory.deliver("a1");
                    directory.deliver("a2");
                },
                () -> directory.deliver("leave"));

        List<Object> handled = directory.handled;
        Race.check(
                handled.size() == 3 && handled.containsAll(List.of("put back once", "a1", "a2")),
                "a message was lost or came twice");
        Race.check(handled.indexOf("a1") < handled.indexOf("a2"), "a message overtook another one of its sender");
    }

    private static void model() {
        model(false);
    }

    private static void twin() {
        model(true);
    }

    @Test
    void shouldLoseNothingWhenAnActorLeaves() {
        Race.holds(StashRaceTest::model);
    }

    @Test
    void shouldCatchAnActorThatDoesNotForwardWhatComesTooLate() {
        Race.isCaught(StashRaceTest::twin, "a message was lost or came twice");
    }
}
