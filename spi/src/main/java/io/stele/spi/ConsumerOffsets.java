package io.stele.spi;

/** How far somebody who reads lanes in order has come: a projection, say. What it has not read is not compacted. Any thread. */
public interface ConsumerOffsets {

    /** Returns what to call it in plans and messages. */
    String name();

    /** Returns the position of the last record in {@code lane} that it will never ask for again; 0 for none. */
    long position(int lane);
}
