/** Benchmarks: see BENCHMARKS.md. */
@NullMarked
package io.stele.benchmarks;

import org.jspecify.annotations.NullMarked;
