package io.stele.remote;

/**
 * What two nodes have in common. Immutable.
 *
 * <p>Ids are small and dense, so both directions are an array: ours tells how a type of ours is written for the peer, theirs which
 * type of ours a number of the peer's stands for.
 */
final class PeerSchema {

    /** The peer has no such type. */
    static final byte UNKNOWN = 0;

    /** The peer has the name, but writes it differently. */
    static final byte BY_NAME = 1;

    /** The same on both sides. */
    static final byte SAME = 2;

    private final byte[] ours;
    private final short[] theirs;

    /**
     * @param ours by our id, one of the constants above
     * @param theirs by the peer's id, our id; 0 where it is not {@link #SAME}
     */
    PeerSchema(byte[] ours, short[] theirs) {
        this.ours = ours.clone();
        this.theirs = theirs.clone();
    }

    byte ours(int id) {
        return id < ours.length ? ours[id] : UNKNOWN;
    }

    /** Returns our id for a number of the peer's; 0 if there is none. */
    int theirs(int id) {
        return id >= 0 && id < theirs.length ? theirs[id] : 0;
    }
}
