/** What actor systems are measured with: the same loads for each. Start at Subject. */
@NullMarked
package io.stele.load;

import org.jspecify.annotations.NullMarked;
