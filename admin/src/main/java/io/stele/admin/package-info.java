/** A page in the browser that shows a running system, and the small HTTP server behind it. Start at AdminServer. */
@NullMarked
package io.stele.admin;

import org.jspecify.annotations.NullMarked;
