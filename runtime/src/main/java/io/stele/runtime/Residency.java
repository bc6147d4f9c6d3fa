package io.stele.runtime;

import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the number of persistent actors in memory at about a limit: whoever is to leave by the judgement of {@link Residents} is
 * asked to, and does so once it has nothing to do.
 *
 * <p>Any thread. A use is not noted down while another thread notes one down: the estimate does not need every one, and nobody waits.
 */
final class Residency {
    private final ReentrantLock lock = new ReentrantLock();
    private final Residents<Entity<?, ?>> residents;

    /**
     * Starts with nobody.
     *
     * @param limit how many may stay, at least 1
     */
    Residency(int limit) {
        residents = new Residents<>(limit);
    }

    /** An actor has come into memory, or somebody who was asked to leave has been used instead. */
    void onArrived(Residents.Place<Entity<?, ?>> place) {
        Residents.@Nullable Place<Entity<?, ?>> leaving;
        lock.lock();
        try {
            leaving = residents.use(place);
        } finally {
            lock.unlock();
        }
        askToLeave(leaving);
    }

    /** An actor that is in memory was used. */
    void onUsed(Residents.Place<Entity<?, ?>> place) {
        Residents.@Nullable Place<Entity<?, ?>> leaving = null;
        if (lock.tryLock()) {
            try {
                leaving = residents.use(place);
            } finally {
                lock.unlock();
            }
        }
        askToLeave(leaving);
    }

    /** An actor has left memory. */
    void onLeft(Residents.Place<Entity<?, ?>> place) {
        lock.lock();
        try {
            residents.remove(place);
        } finally {
            lock.unlock();
        }
    }

    private static void askToLeave(Residents.@Nullable Place<Entity<?, ?>> leaving) {
        if (leaving != null) {
            leaving.owner.leave();
        }
    }
}
