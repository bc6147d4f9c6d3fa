package io.stele.tools;

import io.stele.tools.Query.Aggregate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The groups of a query and what was worked out of each so far. Confined to one thread; tallies of several are added up. */
final class QueryTally {
    /** More groups than that are a list, and fill the memory. */
    static final int GROUPS_MAX = 1_000_000;

    private final Query query;
    private final Map<List<String>, Figure[]> groups = new HashMap<>();

    QueryTally(Query query) {
        this.query = query;
    }

    /** One figure of one group. Sums of whole numbers are exact as long as they fit 64 bits. */
    static final class Figure {
        private long count;
        private long wholeSum;
        private double sum;
        private boolean isWhole = true;
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        void add(@Nullable Object value) {
            Double number = QueryRow.number(value);
            if (number == null) {
                return;
            }
            count++;
            addWhole(value instanceof Long whole ? whole : null);
            sum += number;
            min = Math.min(min, number);
            max = Math.max(max, number);
        }

        private void addWhole(@Nullable Long whole) {
            if (whole == null) {
                isWhole = false;
            } else {
                long before = wholeSum;
                wholeSum += whole;
                isWhole &= ((before ^ wholeSum) & (whole ^ wholeSum)) >= 0;
            }
        }

        void add(Figure other) {
            count += other.count;
            boolean areWhole = isWhole && other.isWhole;
            addWhole(other.wholeSum);
            isWhole &= areWhole;
            sum += other.sum;
            min = Math.min(min, other.min);
            max = Math.max(max, other.max);
        }

        /** Returns the figure; null if no event had the field. */
        @Nullable Object of(Aggregate aggregate, double scale) {
            if (aggregate.function().equals("count")) {
                return scale == 1 ? count : Math.round(count * scale);
            }
            if (count == 0) {
                return null;
            }
            return switch (aggregate.function()) {
                case "sum" -> isWhole && scale == 1 ? (Object) wholeSum : number(sum * scale);
                case "min" -> number(min);
                case "max" -> number(max);
                default -> number(sum / count);
            };
        }

        private Object number(double value) {
            boolean fits = isWhole && value == Math.rint(value) && Math.abs(value) < 1L << 53;
            return fits ? (Object) (long) value : (Object) value;
        }
    }

    void add(QueryRow row) {
        List<String> key = new ArrayList<>(query.groupBy().size());
        for (String field : query.groupBy()) {
            Object value = row.value(field);
            key.add(value == null ? "" : value.toString());
        }
        Figure[] figures = figures(key);
        for (int i = 0; i < figures.length; i++) {
            Aggregate aggregate = query.select().get(i);
            figures[i].add(aggregate.field().isEmpty() ? (Object) 1L : row.value(aggregate.field()));
        }
    }

    void add(QueryTally other) {
        other.groups.forEach((key, theirs) -> {
            Figure[] figures = figures(key);
            for (int i = 0; i < figures.length; i++) {
                figures[i].add(theirs[i]);
            }
        });
    }

    private Figure[] figures(List<String> key) {
        Figure[] known = groups.get(key);
        if (known != null) {
            return known;
        }
        if (groups.size() == GROUPS_MAX) {
            throw new CommandFailure(
                    ErrorCode.BAD_QUERY,
                    "query has too many groups: groupCountMax=" + GROUPS_MAX + "; group by something coarser");
        }
        Figure[] figures = new Figure[query.select().size()];
        for (int i = 0; i < figures.length; i++) {
            figures[i] = new Figure();
        }
        groups.put(key, figures);
        return figures;
    }

    /** Returns the groups by key; one if there is no key, even if nothing fitted. */
    Map<List<String>, Figure[]> sorted() {
        if (query.groupBy().isEmpty() && groups.isEmpty()) {
            Figure[] unused = figures(List.of());
        }
        Map<List<String>, Figure[]> sorted = new TreeMap<>(QueryTally::compare);
        sorted.putAll(groups);
        return sorted;
    }

    private static int compare(List<String> left, List<String> right) {
        for (int i = 0; i < left.size(); i++) {
            int order = Transactions.compareIds(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
