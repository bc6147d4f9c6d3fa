package io.stele.spi;

/**
 * What one file of a lane holds of one actor.
 *
 * @param persistenceId whose records
 * @param firstSequenceNumber the first number that they hold; a note counts as the event before it
 * @param lastSequenceNumber the last one
 * @param recordCount records, notes included
 * @param eventCount events
 * @param bytes length of the records
 * @param timestampMsMax the latest timestamp, milliseconds since 1970
 */
public record ActorTally(
        PersistenceId persistenceId,
        long firstSequenceNumber,
        long lastSequenceNumber,
        int recordCount,
        long eventCount,
        long bytes,
        long timestampMsMax) {}
