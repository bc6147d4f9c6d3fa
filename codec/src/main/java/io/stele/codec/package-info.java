/**
 * Writes records by name, so that they can change and still be read.
 *
 * <p>{@link io.stele.codec.RecordCodec} is the codec, {@link io.stele.codec.PayloadValue} shows what it wrote to those who have
 * none of the classes. The bytes are drawn in {@link io.stele.codec.RecordCodec} and in {@code docs/formats/payload.md}.
 */
@NullMarked
package io.stele.codec;

import org.jspecify.annotations.NullMarked;
