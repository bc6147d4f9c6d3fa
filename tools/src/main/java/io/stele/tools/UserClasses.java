package io.stele.tools;

import io.stele.codec.RecordCodec;
import io.stele.runtime.PersistentActor;
import io.stele.spi.PayloadCodec;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Classes of the user, in a class loader of their own: they see Stele's classes and those that were named, and go when this is
 * closed.
 */
final class UserClasses implements AutoCloseable {
    private final URLClassLoader loader;
    private final PayloadCodec codec;

    private UserClasses(URLClassLoader loader, PayloadCodec codec) {
        this.loader = loader;
        this.codec = codec;
    }

    /**
     * @param codecJar a jar with a codec as a service; null for that of Stele
     */
    static UserClasses of(List<Path> classPath, @Nullable Path codecJar) {
        List<Path> all = new ArrayList<>(classPath);
        if (codecJar != null) {
            all.add(codecJar);
        }
        URLClassLoader loader = new URLClassLoader(
                all.stream().map(UserClasses::url).toArray(URL[]::new), UserClasses.class.getClassLoader());
        return new UserClasses(loader, codecJar == null ? RecordCodec.of() : codecOf(codecJar, loader));
    }

    private static PayloadCodec codecOf(Path jar, URLClassLoader loader) {
        try {
            return ServiceLoader.load(PayloadCodec.class, loader).stream()
                    .filter(provider -> provider.type().getClassLoader() == loader)
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

    private static URL url(Path path) {
        if (!Files.exists(path)) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, "class path names what is not there: path=" + path);
        }
        try {
            return path.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, "class path is not one: path=" + path, e);
        }
    }

    PayloadCodec codec() {
        return codec;
    }

    ClassLoader loader() {
        return loader;
    }

    @SuppressWarnings("unchecked")
    Class<? extends PersistentActor<?, Object>> actor(String className) {
        try {
            Class<?> found = Class.forName(className, true, loader);
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

    @Override
    public void close() {
        try {
            loader.close();
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.BAD_CLASS, "class path cannot be closed: reason=" + e, e);
        }
    }
}
