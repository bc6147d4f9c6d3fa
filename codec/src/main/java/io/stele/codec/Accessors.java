package io.stele.codec;

import java.lang.invoke.LambdaMetafactory;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Fast ways into a record class, private ones included.
 *
 * <p>Getters become lambdas inside the record's own nest, so that the compiler sees through them. The canonical constructor
 * becomes one handle from {@link Slots} to the record that fetches every argument from there with its exact
 * type: nothing is boxed, no argument array is made.
 */
@SuppressWarnings("UnusedMethod") // the slots are found by name
final class Accessors {

    private static final MethodHandles.Lookup OWN = MethodHandles.lookup();

    private final Class<?> recordClass;
    private final MethodHandles.Lookup lookup;

    Accessors(Class<?> recordClass) {
        this.recordClass = recordClass;
        try {
            lookup = MethodHandles.privateLookupIn(recordClass, OWN);
        } catch (IllegalAccessException e) {
            throw new Refusal(
                    "the record is in a package that its module does not open, add: opens "
                            + recordClass.getPackageName() + " to the module of io.stele.codec",
                    "javaType=" + recordClass.getName() + ", module="
                            + recordClass.getModule().getName(),
                    e);
        }
    }

    /**
     * Makes a getter.
     *
     * @param functional an interface of {@code java.util.function} with one method from an object to the component's type, or to
     *     one that it widens to
     */
    @SuppressWarnings("checkstyle:IllegalCatch") // MethodHandle.invoke declares Throwable
    <T> T getter(RecordComponent component, Class<T> functional, String method, Class<?> result) {
        try {
            MethodHandle getter = lookup.unreflect(component.getAccessor());
            MethodType own = MethodType.methodType(component.getType(), recordClass);
            Object lambda = LambdaMetafactory.metafactory(
                            lookup,
                            method,
                            MethodType.methodType(functional),
                            MethodType.methodType(result, Object.class),
                            getter,
                            own)
                    .getTarget()
                    .invoke();
            return functional.cast(lambda);
        } catch (Error e) {
            throw e;
        } catch (Throwable e) {
            throw inaccessible(e);
        }
    }

    /** Makes the handle {@code (Slots)Object} that constructs the record. */
    MethodHandle constructor() {
        RecordComponent[] components = recordClass.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        MethodHandle[] arguments = new MethodHandle[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
        }
        try {
            for (int i = 0; i < components.length; i++) {
                arguments[i] = argument(types[i], i);
            }
            MethodHandle constructor = lookup.findConstructor(recordClass, MethodType.methodType(void.class, types));
            MethodHandle filtered = MethodHandles.filterArguments(constructor, 0, arguments);
            MethodType onReader = MethodType.methodType(recordClass, Slots.class);
            return MethodHandles.permuteArguments(filtered, onReader, new int[components.length])
                    .asType(onReader.changeReturnType(Object.class));
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw inaccessible(e);
        }
    }

    /** A handle from the reader to one argument. */
    private static MethodHandle argument(Class<?> type, int index) throws ReflectiveOperationException {
        Class<?> slotType = type.isPrimitive() ? type : Object.class;
        String name = type.isPrimitive() ? type.getName() + "Slot" : "referenceSlot";
        MethodHandle slot =
                OWN.findStatic(Accessors.class, name, MethodType.methodType(slotType, int.class, Slots.class));
        return MethodHandles.insertArguments(slot, 0, index).asType(MethodType.methodType(type, Slots.class));
    }

    private Refusal inaccessible(Throwable cause) {
        return new Refusal("the record cannot be reached", "javaType=" + recordClass.getName(), cause);
    }

    private static long longSlot(int index, Slots in) {
        return in.longAt(index);
    }

    private static int intSlot(int index, Slots in) {
        return (int) in.longAt(index);
    }

    private static short shortSlot(int index, Slots in) {
        return (short) in.longAt(index);
    }

    private static byte byteSlot(int index, Slots in) {
        return (byte) in.longAt(index);
    }

    private static char charSlot(int index, Slots in) {
        return (char) in.longAt(index);
    }

    private static boolean booleanSlot(int index, Slots in) {
        return in.longAt(index) != 0;
    }

    private static double doubleSlot(int index, Slots in) {
        return Double.longBitsToDouble(in.longAt(index));
    }

    private static float floatSlot(int index, Slots in) {
        return Float.intBitsToFloat((int) in.longAt(index));
    }

    private static @Nullable Object referenceSlot(int index, Slots in) {
        return in.referenceAt(index);
    }
}
