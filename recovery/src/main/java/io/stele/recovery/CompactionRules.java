package io.stele.recovery;

import io.stele.spi.ConsumerOffsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that decides what compaction may remove.
 *
 * @param byEntityType the policy of each kind of actor that has one of its own
 * @param others the policy of all other kinds
 * @param holds the actors of which nothing is removed
 * @param consumers whoever reads lanes; what they have not read stays
 */
public record CompactionRules(
        Map<String, RetentionPolicy> byEntityType,
        RetentionPolicy others,
        LegalHolds holds,
        List<ConsumerOffsets> consumers) {

    /** Copies both collections. */
    public CompactionRules {
        byEntityType = Map.copyOf(byEntityType);
        consumers = List.copyOf(consumers);
    }

    /** Returns rules that keep nothing that a snapshot covers, but for what is held. */
    public static CompactionRules of(LegalHolds holds) {
        return new CompactionRules(Map.of(), RetentionPolicy.NONE, holds, List.of());
    }

    /** Returns a copy with another policy for all kinds that have none of their own. */
    public CompactionRules withOthers(RetentionPolicy policy) {
        return new CompactionRules(byEntityType, policy, holds, consumers);
    }

    /** Returns a copy with another policy for one kind. */
    public CompactionRules with(String entityType, RetentionPolicy policy) {
        Map<String, RetentionPolicy> changed = new HashMap<>(byEntityType);
        changed.put(entityType, policy);
        return new CompactionRules(changed, others, holds, consumers);
    }

    /** Returns a copy that waits for one more consumer. */
    public CompactionRules with(ConsumerOffsets consumer) {
        List<ConsumerOffsets> changed = new ArrayList<>(consumers);
        changed.add(consumer);
        return new CompactionRules(byEntityType, others, holds, changed);
    }

    RetentionPolicy policy(String entityType) {
        return byEntityType.getOrDefault(entityType, others);
    }
}
