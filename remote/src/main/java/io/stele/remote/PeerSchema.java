package io.stele.remote;

import io.stele.spi.StoredType;
import org.jspecify.annotations.Nullable;

/**
 * What two nodes have in common. Immutable: any thread.
 *
 * <p>Numbers are small and dense, so both directions are an array: ours tells how a type of ours is written for the peer, theirs
 * which type of ours a number of the peer's stands for.
 */
final class PeerSchema {

    /** The peer has no such type. */
    static final byte UNKNOWN = 0;

    /** The peer has the name, but writes it differently. */
    static final byte BY_NAME = 1;

    /** The same on both sides. */
    static final byte SAME = 2;

    private final byte[] ours;
    private final @Nullable StoredType[] names;
    private final short[] theirs;

    private PeerSchema(Builder builder) {
        ours = builder.ours;
        names = builder.names;
        theirs = builder.theirs;
    }

    /** Returns one of the constants above for a number of ours. */
    byte ours(int id) {
        return id < ours.length ? ours[id] : UNKNOWN;
    }

    /** Returns under which name the peer knows a type of ours; null if it does not. */
    @Nullable StoredType nameOf(int id) {
        return id < names.length ? names[id] : null;
    }

    /** Returns our number for one of the peer's; 0 if that stands for nothing that is the same here. */
    int theirs(int number) {
        return number >= 0 && number < theirs.length ? theirs[number] : 0;
    }

    /** Collects what is in common. Used once, by one thread. */
    static final class Builder {
        private final byte[] ours;
        private final @Nullable StoredType[] names;
        private final short[] theirs;

        Builder(int ourIdLimit, int theirIdLimit) {
            ours = new byte[ourIdLimit];
            names = new @Nullable StoredType[ourIdLimit];
            theirs = new short[theirIdLimit];
        }

        void same(int ourId, int theirId, StoredType name) {
            ours[ourId] = SAME;
            names[ourId] = name;
            theirs[theirId] = (short) ourId;
        }

        void byName(int ourId, StoredType name) {
            ours[ourId] = BY_NAME;
            names[ourId] = name;
        }

        PeerSchema build() {
            return new PeerSchema(this);
        }
    }
}
