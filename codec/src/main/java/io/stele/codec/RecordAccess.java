package io.stele.codec;

import io.stele.spi.PayloadCodecException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.RecordComponent;

/**
 * Fast ways into and out of a record class, private ones included: nothing is boxed, no array of arguments is made. For codecs.
 *
 * <p>Any thread. Making one is slow; do it once per class.
 */
public final class RecordAccess {

    private final Accessors accessors;
    private final MethodHandle constructor;
    private final Class<?> recordClass;

    private RecordAccess(Class<?> recordClass) {
        this.recordClass = recordClass;
        accessors = new Accessors(recordClass);
        constructor = accessors.constructor();
    }

    /**
     * Returns the access to a record class.
     *
     * @throws PayloadCodecException if its module does not open its package; names what to add
     */
    public static RecordAccess of(Class<?> recordClass) {
        try {
            return new RecordAccess(recordClass);
        } catch (Refusal refusal) {
            throw refusal.report("record cannot be reached", recordClass.getName());
        }
    }

    /**
     * Makes a getter that the compiler sees through.
     *
     * @param functional an interface of {@code java.util.function} with one method from an object to the component's type, or to
     *     one that it widens to
     * @param method the name of that method
     * @param result what that method returns
     * @throws PayloadCodecException if the component cannot be reached
     */
    public <T> T getter(RecordComponent component, Class<T> functional, String method, Class<?> result) {
        try {
            return accessors.getter(component, functional, method, result);
        } catch (Refusal refusal) {
            throw refusal.report("record cannot be reached", recordClass.getName());
        }
    }

    /**
     * Calls the canonical constructor with what lies in the slots.
     *
     * @throws PayloadCodecException if the constructor throws; its exception is the cause
     */
    @SuppressWarnings("checkstyle:IllegalCatch") // MethodHandle.invokeExact declares Throwable
    public Object construct(Slots slots) {
        try {
            return (Object) constructor.invokeExact(slots);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw new PayloadCodecException(
                    "constructor refuses the values: record=" + recordClass.getName() + ", reason=" + e, e);
        }
    }
}
