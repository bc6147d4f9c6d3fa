package io.stele.benchmarks;

import org.jspecify.annotations.Nullable;

/** How a row ended: with a report, or with the reason why there is none. */
record RowResult(
        Row row, @Nullable RowReport report, @Nullable String failure) {}
