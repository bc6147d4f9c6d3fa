/** Apache Pekko under the loads that Stele is measured with. */
@NullMarked
package io.stele.load.pekko;

import org.jspecify.annotations.NullMarked;
