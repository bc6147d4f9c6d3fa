package io.stele.tools;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of a history. Immutable; any thread.
 *
 * @param where which events; null for all
 * @param select what is worked out of them; empty to list them
 * @param groupBy for which groups
 */
record Query(@Nullable Condition where, List<Aggregate> select, List<String> groupBy) {

    /** Tells whether an event is wanted. */
    @FunctionalInterface
    interface Condition {
        boolean test(QueryRow row);
    }

    /**
     * What is worked out of a group.
     *
     * @param function count, sum, min, max or avg
     * @param field of which field; empty for count
     */
    record Aggregate(String function, String field) {
        String name() {
            return function + "(" + field + ")";
        }
    }

    static Query parse(String text) {
        return QueryParser.parse(text);
    }

    boolean isListing() {
        return select.isEmpty();
    }

    boolean matches(QueryRow row) {
        return where == null || where.test(row);
    }
}
