/** What tests are written with: contract suites, in-memory stores, faults, clocks. */
@NullMarked
package io.stele.testkit;

import org.jspecify.annotations.NullMarked;
