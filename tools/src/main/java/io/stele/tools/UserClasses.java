package io.stele.tools;

import io.stele.codec.RecordCodec;
import io.stele.runtime.PersistentActor;
import io.stele.spi.PayloadCodec;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Classes of the user that this program was loaded beside; see {@link UserLoader}. */
final class UserClasses {
    private UserClasses() {}

    /**
     * Returns the codec to read with.
     *
     * @param jar whose codec; null for that of Stele
     */
    static PayloadCodec codec(@Nullable Path jar) {
        return jar == null ? RecordCodec.of() : codecOf(jar, UserClasses.class.getClassLoader());
    }

    /** Returns the codec that a jar provides as a service to {@code loader}. */
    static PayloadCodec codecOf(Path jar, ClassLoader loader) {
        try {
            return ServiceLoader.load(PayloadCodec.class, loader).stream()
                    .findFirst()
                    .orElseThrow(() -> new CommandFailure(
                            ErrorCode.BAD_CLASS,
                            "jar provides no codec: jar=" + jar + "; name the class in META-INF/services/"
                                    + PayloadCodec.class.getName()))
                    .get();
        } catch (ServiceConfigurationError e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS, "codec cannot be made: jar=" + jar + ", reason=" + e.getMessage(), e);
        }
    }

    @SuppressWarnings("unchecked")
    static Class<? extends PersistentActor<?, Object>> actor(String className) {
        try {
            Class<?> found = Class.forName(className);
            if (!PersistentActor.class.isAssignableFrom(found)) {
                throw new CommandFailure(
                        ErrorCode.BAD_CLASS,
                        "class is not one of an actor: class=" + className + ", extends=" + found.getSuperclass());
            }
            return (Class<? extends PersistentActor<?, Object>>) found;
        } catch (ClassNotFoundException | LinkageError e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS,
                    "class cannot be loaded: class=" + className + ", reason=" + e
                            + "; name where it is with --class-path",
                    e);
        }
    }

    /** Makes an actor of a class with a constructor without arguments. */
    static PersistentActor<?, ?> instance(String className) {
        try {
            Constructor<? extends PersistentActor<?, Object>> made =
                    actor(className).getDeclaredConstructor();
            made.setAccessible(true);
            return made.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new CommandFailure(
                    ErrorCode.BAD_CLASS,
                    "actor cannot be made: class=" + className + ", reason=" + e
                            + "; it needs a constructor without arguments",
                    e);
        }
    }

    /** Returns the actors in a jar or a directory of classes, as {@code loader} sees them: every class that is one and can be made. */
    static List<String> actorsIn(Path jar, ClassLoader loader) {
        List<String> found = new ArrayList<>();
        try {
            Class<?> wanted = Class.forName(PersistentActor.class.getName(), false, loader);
            for (String name : filesIn(jar)) {
                if (name.endsWith(".class") && !name.startsWith("META-INF/") && !name.endsWith("module-info.class")) {
                    String className =
                            name.substring(0, name.length() - ".class".length()).replace('/', '.');
                    if (isActor(className, wanted, loader)) {
                        found.add(className);
                    }
                }
            }
        } catch (IOException | ClassNotFoundException e) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, "jar cannot be read: jar=" + jar + ", cause=" + e, e);
        }
        return found;
    }

    private static List<String> filesIn(Path jar) throws IOException {
        if (Files.isDirectory(jar)) {
            try (Stream<Path> files = Files.walk(jar)) {
                return files.filter(Files::isRegularFile)
                        .map(file -> jar.relativize(file).toString().replace(File.separatorChar, '/'))
                        .sorted()
                        .toList();
            }
        }
        try (JarFile file = new JarFile(jar.toFile())) {
            return file.stream().map(JarEntry::getName).sorted().toList();
        }
    }

    private static boolean isActor(String className, Class<?> wanted, ClassLoader loader) {
        try {
            Class<?> type = Class.forName(className, false, loader);
            return wanted.isAssignableFrom(type)
                    && !Modifier.isAbstract(type.getModifiers())
                    && Arrays.stream(type.getDeclaredConstructors()).anyMatch(made -> made.getParameterCount() == 0);
        } catch (ClassNotFoundException | LinkageError e) {
            return false; // a class of something optional that is not there
        }
    }
}
