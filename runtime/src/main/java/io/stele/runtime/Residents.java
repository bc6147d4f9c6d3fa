package io.stele.runtime;

import org.jspecify.annotations.Nullable;

/**
 * Decides which of too many actors leave memory: a newcomer only replaces one that was used less often lately.
 *
 * <pre>
 *   newcomer ──&gt; [ window 1 % ] ──oldest──&gt; used more often than the oldest of probation?
 *                                             │ yes: that one leaves      │ no: the newcomer leaves
 *                                             v
 *                [ probation 20 % ] ──used again──&gt; [ protected 80 % ]
 *                         ^                                │ oldest, if there are too many
 *                         └────────────────────────────────┘
 * </pre>
 *
 * <p>So a scan over a million actors that are needed once does not drive out those that are needed all the time, as it would if the
 * least recently used left. The shape is that of W-TinyLFU (see {@link FrequencySketch}).
 *
 * <p>Not thread-safe. All O(1).
 *
 * @param <T> who stays or leaves
 */
final class Residents<T> {
    private static final int WINDOW_PERCENT = 1;
    private static final int PROTECTED_PERCENT = 80;

    /** The place of one actor here; it has none as long as it belongs to no queue. */
    static final class Place<T> {
        final T owner;
        final int hash;
        private @Nullable Queue<T> queue;
        private @Nullable Place<T> older;
        private @Nullable Place<T> newer;

        Place(T owner, int hash) {
            this.owner = owner;
            this.hash = hash;
        }
    }

    /** Places, from the oldest to the newest. */
    private static final class Queue<T> {
        private @Nullable Place<T> oldest;
        private @Nullable Place<T> newest;
        private int size;

        void add(Place<T> place) {
            place.queue = this;
            place.older = newest;
            place.newer = null;
            if (newest == null) {
                oldest = place;
            } else {
                newest.newer = place;
            }
            newest = place;
            size++;
        }

        void remove(Place<T> place) {
            if (place.older == null) {
                oldest = place.newer;
            } else {
                place.older.newer = place.newer;
            }
            if (place.newer == null) {
                newest = place.older;
            } else {
                place.newer.older = place.older;
            }
            place.queue = null;
            place.older = null;
            place.newer = null;
            size--;
        }
    }

    private final int countMax;
    private final int windowMax;
    private final int protectedMax;
    private final FrequencySketch sketch;
    private final Queue<T> window = new Queue<>();
    private final Queue<T> probation = new Queue<>();
    private final Queue<T> guarded = new Queue<>();

    /**
     * Starts empty.
     *
     * @param countMax how many may stay, at least 1
     */
    Residents(int countMax) {
        this.countMax = countMax;
        windowMax = Math.max(1, (int) ((long) countMax * WINDOW_PERCENT / 100));
        protectedMax = (int) ((long) (countMax - windowMax) * PROTECTED_PERCENT / 100);
        sketch = new FrequencySketch(countMax);
    }

    /**
     * Notes down that an actor was used.
     *
     * @return who has to leave for it, perhaps itself; null if there is room
     */
    @Nullable Place<T> use(Place<T> place) {
        sketch.increment(place.hash);
        Queue<T> queue = place.queue;
        if (queue == null) {
            window.add(place);
            return makeRoom();
        }
        queue.remove(place);
        if (queue == window) {
            window.add(place);
            return null;
        }
        guarded.add(place);
        Place<T> oldest = guarded.oldest;
        if (guarded.size > protectedMax && oldest != null) {
            guarded.remove(oldest);
            probation.add(oldest);
        }
        return null;
    }

    private @Nullable Place<T> makeRoom() {
        Place<T> candidate = window.oldest;
        if (window.size <= windowMax || candidate == null) {
            return null;
        }
        window.remove(candidate);
        if (size() < countMax) {
            probation.add(candidate);
            return null;
        }
        Queue<T> last = probation.size > 0 ? probation : guarded;
        Place<T> victim = last.oldest;
        if (victim == null || sketch.frequency(candidate.hash) <= sketch.frequency(victim.hash)) {
            return candidate;
        }
        last.remove(victim);
        probation.add(candidate);
        return victim;
    }

    /** Forgets an actor that has left, its frequency excepted. */
    void remove(Place<T> place) {
        Queue<T> queue = place.queue;
        if (queue != null) {
            queue.remove(place);
        }
    }

    /** Returns how many stay. */
    int size() {
        return window.size + probation.size + guarded.size;
    }
}
