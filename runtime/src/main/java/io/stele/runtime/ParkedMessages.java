package io.stele.runtime;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Messages that actors failed on for good, kept for somebody to look at: see {@link Supervision#parkFailed()}. In memory only, the newest
 * {@value #COUNT_MAX}.
 *
 * <p>Any thread.
 */
public final class ParkedMessages {
    /** How many are kept; beyond that the oldest one is let go. */
    public static final int COUNT_MAX = 1_000;

    private final Map<Long, Entry> entries = new LinkedHashMap<>();
    private long lastNumber;

    /** A message, and how to tell it again. */
    private record Entry(ParkedMessage parked, Predicate<Object> teller) {}

    ParkedMessages() {}

    /** Keeps a message. Returns its number. */
    synchronized long add(String actor, Object message, Throwable cause, long epochMs, Predicate<Object> teller) {
        long number = ++lastNumber;
        entries.put(number, new Entry(new ParkedMessage(number, actor, message, cause.toString(), epochMs), teller));
        if (entries.size() > COUNT_MAX) {
            entries.remove(entries.keySet().iterator().next());
        }
        return number;
    }

    /** Returns what is parked, the oldest first. */
    public synchronized List<ParkedMessage> list() {
        List<ParkedMessage> list = new ArrayList<>(entries.size());
        entries.values().forEach(entry -> list.add(entry.parked()));
        return list;
    }

    /**
     * Tells a message to its actor once more; nobody gets the reply.
     *
     * @return false if it is not parked, or was not taken; then it stays as it is
     */
    public boolean tellAgain(long number) {
        Entry entry;
        synchronized (this) {
            entry = entries.remove(number);
        }
        if (entry == null) {
            return false;
        }
        boolean taken = entry.teller().test(entry.parked().message());
        if (!taken) {
            synchronized (this) {
                entries.put(number, entry);
            }
        }
        return taken;
    }

    /** Lets a message go; false if it is not parked. */
    public synchronized boolean discard(long number) {
        return entries.remove(number) != null;
    }
}
