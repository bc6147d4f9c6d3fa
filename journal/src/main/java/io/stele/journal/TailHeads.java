package io.stele.journal;

import io.stele.spi.PersistenceId;
import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * Where the histories of actors end that have records in a part of a lane, found while that is read from its beginning.
 *
 * <p>Every record names the position of its actor's record before it, so an actor is known by the position where it was met last: one
 * look into a table of numbers, where looking for its id would mean to hash it and to compare it, for every record.
 *
 * <pre>
 *   record at 40, previous 12          [ 12 → 7 ]  becomes  [ 40 → 7 ]        actor 7 is met again
 *   record at 44, previous 0           [ 44 → 8 ]                             actor 8 is new here
 * </pre>
 *
 * <p>The table is probed linearly, and entries behind a removed one move up (Knuth, 6.4, algorithm R). Confined to one thread. Allocates
 * per actor, and while it grows.
 */
final class TailHeads {
    private static final int CAPACITY_FIRST = 1 << 10;
    private static final long HASH = 0x9e37_79b9_7f4a_7c15L;

    /** Positions; 0 where there is none. */
    private long[] keys = new long[2 * CAPACITY_FIRST];
    /** Who was met there last. */
    private int[] owners = new int[2 * CAPACITY_FIRST];

    private PersistenceId[] ids = new PersistenceId[CAPACITY_FIRST];
    private long[] numbers = new long[CAPACITY_FIRST];
    private int count;

    /** Takes the next record of the lane that belongs to an actor. */
    void add(RecordView record) {
        int owner = record.previousPosition() == 0 ? -1 : remove(record.previousPosition());
        if (owner < 0) {
            owner = count++;
            if (owner == ids.length) {
                grow();
            }
            ids[owner] = record.persistenceId();
        }
        numbers[owner] = record.lastSequenceNumber();
        put(record.position(), owner);
    }

    /** Returns how many actors were met, one that was not recognised more than once. */
    int count() {
        return count;
    }

    /** Hands out every actor with its last record. One whose chain is broken may come twice: the higher position counts. */
    void forEach(BiConsumer<PersistenceId, Head> visitor) {
        for (int i = 0; i < keys.length; i++) {
            if (keys[i] != 0) {
                visitor.accept(ids[owners[i]], new Head(numbers[owners[i]], keys[i]));
            }
        }
    }

    private int slot(long position) {
        return (int) ((position * HASH) >>> (1 + Long.numberOfLeadingZeros(keys.length)));
    }

    private void put(long position, int owner) {
        int mask = keys.length - 1;
        int slot = slot(position);
        while (keys[slot] != 0) {
            slot = (slot + 1) & mask;
        }
        keys[slot] = position;
        owners[slot] = owner;
    }

    /** Forgets a position, and returns whose it was; −1 if it is not there. */
    private int remove(long position) {
        int mask = keys.length - 1;
        int slot = slot(position);
        while (keys[slot] != position) {
            if (keys[slot] == 0) {
                return -1;
            }
            slot = (slot + 1) & mask;
        }
        int owner = owners[slot];
        int next = (slot + 1) & mask;
        while (keys[next] != 0) {
            if (((next - slot(keys[next])) & mask) >= ((next - slot) & mask)) {
                keys[slot] = keys[next];
                owners[slot] = owners[next];
                slot = next;
            }
            next = (next + 1) & mask;
        }
        keys[slot] = 0;
        return owner;
    }

    /** Doubles everything; the table of positions stays half empty. */
    private void grow() {
        ids = Arrays.copyOf(ids, 2 * ids.length);
        numbers = Arrays.copyOf(numbers, ids.length);
        long[] oldKeys = keys;
        int[] oldOwners = owners;
        keys = new long[2 * ids.length];
        owners = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                put(oldKeys[i], oldOwners[i]);
            }
        }
    }
}
