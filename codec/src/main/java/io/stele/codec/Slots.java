package io.stele.codec;

import org.jspecify.annotations.Nullable;

/** Where {@link RecordAccess} finds the components of the record that it puts together. Confined to one thread. */
public interface Slots {

    /** Returns a primitive component: whole numbers, characters and booleans as they are, floats and doubles as their raw bits. */
    long longAt(int index);

    /** Returns a component that is not a primitive. */
    @Nullable Object referenceAt(int index);
}
