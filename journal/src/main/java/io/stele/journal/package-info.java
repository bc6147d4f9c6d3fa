/** The event journal on Chronicle Queue files. Start at ChronicleJournal. */
@NullMarked
package io.stele.journal;

import org.jspecify.annotations.NullMarked;
