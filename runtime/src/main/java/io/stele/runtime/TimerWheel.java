package io.stele.runtime;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Things to do at some tick, in a ring of lists: a hashed timing wheel after Varghese and Lauck.
 *
 * <pre>
 *             tick & mask
 *                 v
 *   [ ] [ ] [ ] [ ] [ ] [ ] [ ] [ ]        an entry hangs in the list of its tick, also if that is rounds away
 *            |       |
 *            e       e ⇄ e ⇄ e
 * </pre>
 *
 * <p>Adding and removing take O(1) and allocate nothing. A tick looks at the entries of its list; those of later rounds stay.
 * A leap of the clock costs one round at most.
 *
 * <p>Not thread-safe: its owner's lock guards it.
 */
final class TimerWheel {
    private final Entry[] lists;
    private final int mask;
    private long tick;
    private int count;

    /** Something to do. In one wheel at a time. */
    abstract static class Entry {
        private @Nullable Entry previous;
        private @Nullable Entry next;
        private long tick = NOWHERE;

        boolean isWaiting() {
            return tick != NOWHERE;
        }

        long tick() {
            return tick;
        }
    }

    /** Where a list begins, so that entries can be taken out without knowing which list they are in. */
    private static final class Head extends Entry {}

    private static final long NOWHERE = Long.MIN_VALUE;

    /** Returns one that stands at tick 0. */
    TimerWheel(int listCount) {
        lists = new Entry[Integer.highestOneBit(Math.max(2, listCount))];
        mask = lists.length - 1;
        for (int i = 0; i < lists.length; i++) {
            lists[i] = new Head();
        }
    }

    /** Adds an entry for a tick; the next one if that has passed. */
    void add(Entry entry, long wanted) {
        assert !entry.isWaiting() : "an entry is in one wheel at a time";
        entry.tick = Math.max(wanted, tick + 1);
        Entry head = lists[(int) entry.tick & mask];
        Entry first = head.next;
        entry.previous = head;
        entry.next = first;
        head.next = entry;
        if (first != null) {
            first.previous = entry;
        }
        count++;
    }

    /** Takes an entry out; false if it is not in. */
    boolean remove(Entry entry) {
        Entry before = entry.previous;
        if (!entry.isWaiting() || before == null) {
            return false;
        }
        Entry after = entry.next;
        before.next = after;
        if (after != null) {
            after.previous = before;
        }
        entry.previous = null;
        entry.next = null;
        entry.tick = NOWHERE;
        count--;
        return true;
    }

    /** Moves to {@code now}, and takes out everything up to there. Does nothing if that is not ahead. */
    void advance(long now, Consumer<? super Entry> expired) {
        long from = Math.max(tick + 1, now - mask);
        for (long at = from; at <= now && count > 0; at++) {
            Entry entry = lists[(int) at & mask].next;
            while (entry != null) {
                Entry following = entry.next;
                if (entry.tick <= now) {
                    remove(entry);
                    expired.accept(entry);
                }
                entry = following;
            }
        }
        tick = Math.max(tick, now);
    }

    int count() {
        return count;
    }
}
