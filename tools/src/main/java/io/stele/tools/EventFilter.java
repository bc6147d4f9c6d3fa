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

    boolean matches(StoredEvent event, KeyInspector keys) {
        return event.sequenceNumber() >= fromNumber
                && event.sequenceNumber() <= toNumber
                && event.timestampMs() >= sinceMs
                && event.timestampMs() <= untilMs
                && (type == null || type.test(event.type().name()))
                && actor.test(event.persistenceId().encoded())
                && (tag == null || hasTag(event, tag))
                && (grep == null
                        || grep.matcher(DataDirectory.json(event.payload(), keys))
                                .find());
    }

    private static boolean hasTag(StoredEvent event, String tag) {
        String tags = RecordMetadata.findText(event.metadata(), RecordMetadata.TAGS);
        return tags != null && Arrays.asList(tags.split("\0", -1)).contains(tag);
    }
}
