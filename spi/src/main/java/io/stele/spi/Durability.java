package io.stele.spi;

/** What an answer means, named by what the events it reports survive. Ordered from weaker to stronger. */
public enum Durability {
    /**
     * The events survive {@code kill -9} and a crash of the JVM: they are in the page cache. After a power cut, or a crash of
     * the operating system, a prefix of the lane survives, without holes.
     */
    PROCESS_CRASH,

    /** The events survive a power cut: they were forced to the disk before the answer left. The default. */
    POWER_LOSS
}
