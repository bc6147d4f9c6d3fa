package io.stele.spi;

/**
 * How far a compaction of a few files has come. A crash behind any of them loses nothing; the next compaction of the lane clears
 * away what was left over.
 *
 * <pre>
 *   SWEPT ──&gt; CARRIED ──&gt; READ_BACK ──&gt; WITNESSED ──&gt; PUBLISHED ──&gt; WATERMARKED ──&gt; MARKED ──&gt; DELETED ──&gt; UNINDEXED
 *   |---------- nothing has changed for any reader ----------|         |------ the old files do not count any more ------|
 * </pre>
 */
public enum CompactionStep {
    /** What an earlier run left over is gone. */
    SWEPT,
    /** The records that stay are copied, and forced to disk, under a name that nobody reads. */
    CARRIED,
    /** The copy was read back and every record compared. */
    READ_BACK,
    /** The snapshot store holds, durably, the number of the watermark that follows. */
    WITNESSED,
    /** The copy has its name, and the directory is forced. */
    PUBLISHED,
    /** The watermark is in the journal, and durable. */
    WATERMARKED,
    /** The lane's mark names the new oldest segment, and is forced. From here on the old files do not count. */
    MARKED,
    /** The old files are deleted, and the directory is forced. */
    DELETED,
    /** The position index has forgotten what is gone. */
    UNINDEXED
}
