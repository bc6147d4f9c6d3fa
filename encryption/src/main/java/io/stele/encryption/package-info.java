/** Encryption at rest, with a key per data subject that can be destroyed. Start at SubjectKeys. */
@NullMarked
package io.stele.encryption;

import org.jspecify.annotations.NullMarked;
