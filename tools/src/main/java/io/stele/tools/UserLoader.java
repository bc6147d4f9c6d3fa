package io.stele.tools;

import java.io.File;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Loads the user's classes. The codec reaches into records, which it may do only with those of its own loader; so whatever touches
 * the user's classes has to be loaded beside them, once more.
 *
 * <pre>
 *   whole     user's jars + all of this program                       a command that uses them runs in it from the start
 *   side      user's jars + codec, runtime, recovery, HandlerSide     one per jar that is compared; the rest is shared
 * </pre>
 */
final class UserLoader extends URLClassLoader {
    private static final String WHOLE = "stele-user";
    private static final Pattern BESIDE = Pattern.compile(
            "io\\.stele\\.(codec|runtime|recovery)\\..*|" + Pattern.quote(HandlerSide.class.getName()) + "(\\$.*)?");
    private static final Pattern SHARED =
            Pattern.compile("java\\..*|org\\.slf4j\\..*|io\\.stele\\.(spi|journal|snapshot)\\..*");

    private final boolean isSide;

    private UserLoader(String name, List<Path> path, ClassLoader parent, boolean isSide) {
        super(name, urls(path), parent);
        this.isSide = isSide;
    }

    /** Returns one that shares stores and their contracts with this program, and nothing else. */
    static UserLoader side(List<Path> path) {
        return new UserLoader("stele-side", path, UserLoader.class.getClassLoader(), true);
    }

    /** Returns what {@code --class-path} and {@code --codec-jar} name among the arguments, unless this runs beside it already. */
    static List<Path> pathOf(String... args) {
        List<Path> path = new ArrayList<>();
        if (!WHOLE.equals(UserLoader.class.getClassLoader().getName())
                && !List.of(args).contains("--jar")) {
            for (int i = 0; i < args.length; i++) {
                for (String option : List.of("--class-path", "--codec-jar")) {
                    String value = args[i].startsWith(option + "=")
                            ? args[i].substring(option.length() + 1)
                            : args[i].equals(option) && i + 1 < args.length ? args[i + 1] : "";
                    for (String one : value.split(File.pathSeparator, 0)) {
                        if (!one.isEmpty()) {
                            path.add(Path.of(one));
                        }
                    }
                }
            }
        }
        return path;
    }

    /** Runs this program once more beside the user's classes. */
    static void runWhole(List<Path> path, String... args) throws ReflectiveOperationException {
        UserLoader loader = new UserLoader(WHOLE, path, ClassLoader.getPlatformClassLoader(), false);
        Thread.currentThread().setContextClassLoader(loader);
        Class<?> main = Class.forName(Main.class.getName(), true, loader);
        try {
            main.getMethod("main", String[].class).invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException known) {
                throw known;
            }
            throw e;
        }
    }

    private static URL[] urls(List<Path> path) {
        List<URL> urls = new ArrayList<>();
        path.forEach(one -> urls.add(url(one)));
        for (String own : System.getProperty("java.class.path").split(File.pathSeparator, 0)) {
            Path file = Path.of(own);
            if (Files.exists(file)) {
                urls.add(url(file));
            }
        }
        return urls.toArray(URL[]::new);
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

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean isOwnTool =
                name.startsWith("io.stele.tools.") && !BESIDE.matcher(name).matches();
        boolean isOwn = isSide
                && !SHARED.matcher(name).matches()
                && !isOwnTool
                && findResource(name.replace('.', '/') + ".class") != null;
        if (!isOwn) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known == null ? findClass(name) : known;
        }
    }
}
