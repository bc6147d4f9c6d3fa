package io.stele.it;

import java.io.IOException;
import java.io.InputStream;

/** Loads the classes of this project anew, some of them changed on the way. What users run carries no switch for tests. */
abstract class WovenWorld extends ClassLoader {
    WovenWorld() {
        super(WovenWorld.class.getClassLoader());
    }

    /** Returns the bytes of a class as this world has it. */
    abstract byte[] weave(String name, byte[] original);

    @Override
    protected final Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith("io.stele.")) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> loaded = findLoadedClass(name);
            return loaded == null ? define(name) : loaded;
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream stream = getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (stream == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] woven = weave(name, stream.readAllBytes());
            return defineClass(name, woven, 0, woven.length);
        } catch (IOException e) {
            throw new ClassNotFoundException(name, e);
        }
    }
}
