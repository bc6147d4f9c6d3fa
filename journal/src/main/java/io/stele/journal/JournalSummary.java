package io.stele.journal;

import io.stele.spi.PersistenceId;
import io.stele.spi.StoredType;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * What one pass over a journal has counted.
 *
 * @param directory which journal
 * @param formatVersion of its manifest
 * @param journalId drawn at random when it was created
 * @param laneCount how many lanes it has
 * @param segmentBytes how large a segment may become
 * @param createdAtMs when it was created, milliseconds since 1970
 * @param segments all that are there, by lane and number
 * @param entityTypes by name
 * @param storedTypes what events are stored as, by entity type, name and version
 * @param actors by lane and id
 * @param findings what is not as it was written, in the order in which it was met
 */
public record JournalSummary(
        Path directory,
        int formatVersion,
        UUID journalId,
        int laneCount,
        int segmentBytes,
        long createdAtMs,
        List<Segment> segments,
        List<EntityType> entityTypes,
        List<StoredTypeCount> storedTypes,
        List<Actor> actors,
        List<Finding> findings) {

    /**
     * One segment file.
     *
     * @param lane which lane it belongs to
     * @param segment its number in the lane, from 1
     * @param file where it lies
     * @param fileBytes how long the file is, zeros behind its end included
     * @param usedBytes how far records reach in it
     * @param firstPosition of its first record; 0 if it has none
     * @param lastPosition of its last record; 0 if it has none
     * @param recordCount records, control records included
     * @param eventCount events
     * @param firstEpoch of its first record
     * @param lastEpoch of its last record
     * @param sealed whether its last record says that nothing follows
     */
    public record Segment(
            int lane,
            long segment,
            Path file,
            long fileBytes,
            long usedBytes,
            long firstPosition,
            long lastPosition,
            long recordCount,
            long eventCount,
            long firstEpoch,
            long lastEpoch,
            boolean sealed) {}

    /**
     * All actors of one kind.
     *
     * @param name the entity type
     * @param actorCount how many actors have records
     * @param eventCount events of all of them
     * @param bytes length of their records
     */
    public record EntityType(String name, long actorCount, long eventCount, long bytes) {}

    /**
     * All events of one stored type. Every program that opens the journal needs a class, or an upcaster, for each of them.
     *
     * @param entityType whose events
     * @param type their stored name and version
     * @param eventCount how many there are
     */
    public record StoredTypeCount(String entityType, StoredType type, long eventCount) {}

    /**
     * One actor.
     *
     * @param persistenceId which
     * @param lane where its records lie
     * @param eventCount events that are there
     * @param noteCount notes that are there
     * @param bytes length of its records
     * @param firstSequenceNumber of the first event that is there; 0 if there is none
     * @param lastSequenceNumber of the last event; 0 if there is none
     * @param lastPosition of its last record
     * @param lastTimestampMs of its last record, milliseconds since 1970
     */
    public record Actor(
            PersistenceId persistenceId,
            int lane,
            long eventCount,
            long noteCount,
            long bytes,
            long firstSequenceNumber,
            long lastSequenceNumber,
            long lastPosition,
            long lastTimestampMs) {}

    /** Copies the lists. */
    public JournalSummary {
        segments = List.copyOf(segments);
        entityTypes = List.copyOf(entityTypes);
        storedTypes = List.copyOf(storedTypes);
        actors = List.copyOf(actors);
        findings = List.copyOf(findings);
    }

    /** Returns how many events there are. */
    public long eventCount() {
        return segments.stream().mapToLong(Segment::eventCount).sum();
    }

    /** Returns how far records reach in all segments together. */
    public long usedBytes() {
        return segments.stream().mapToLong(Segment::usedBytes).sum();
    }
}
