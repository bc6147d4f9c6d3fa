package io.stele.tools;

import io.stele.encryption.KeyInspector;
import io.stele.spi.RecordMetadata;
import io.stele.spi.StoredEvent;
import java.util.Arrays;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which events are wanted. Asks what costs nothing first, and decodes only what is left.
 *
 * @param actor of the actor's full name
 * @param fromNumber first sequence number
 * @param toNumber last sequence number
 * @param sinceMs earliest time
 * @param untilMs latest time
 * @param type of the stored name; null for any
 * @param tag that it must have; null for any
 * @param grep found in the payload as JSON; null for any
 */
record EventFilter(
        Predicate<String> actor,
        long fromNumber,
        long toNumber,
        long sinceMs,
        long untilMs,
        @Nullable Predicate<String> type,
        @Nullable String tag,
        @Nullable Pattern grep) {
    /** Fits every actor, and does not even ask for its name. */
    static final Predicate<String> ANY = name -> true;

    boolean matches(StoredEvent event, KeyInspector keys) {
        return event.sequenceNumber() >= fromNumber
                && event.sequenceNumber() <= toNumber
                && event.timestampMs() >= sinceMs
                && event.timestampMs() <= untilMs
                && (type == null || type.test(event.type().name()))
                && isOf(event)
                && (tag == null || hasTag(event, tag))
                && (grep == null
                        || grep.matcher(DataDirectory.json(event.payload(), keys))
                                .find());
    }

    /** Whether it is an event, or a note, of an actor that is wanted. */
    boolean isOf(StoredEvent event) {
        return actor == ANY || actor.test(event.persistenceId().encoded());
    }

    private static boolean hasTag(StoredEvent event, String tag) {
        String tags = RecordMetadata.findText(event.metadata(), RecordMetadata.TAGS);
        return tags != null && Arrays.asList(tags.split("\0", -1)).contains(tag);
    }
}
