package io.stele.tools;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.codec.RecordCodec;
import io.stele.journal.JournalInspector;
import io.stele.recovery.Moment;
import io.stele.runtime.PastState;
import io.stele.runtime.PersistentActor;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PersistenceId;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code stele state ACTOR --at SEQ|TIME}: what an actor's state was. */
@Command(
        name = "state",
        abbreviateSynopsis = true,
        sortOptions = false,
        description = "Shows what an actor's state was, at a number or a time.",
        footer = {
            "",
            "Reads files, also while their owner runs. Takes no lock and changes nothing.",
            "With --actor-class it replays with your own event handlers. Without, it shows what is known for certain:",
            "the nearest snapshot before the moment, and the events behind it."
        })
final class StateCommand extends SubCommand implements Callable<Integer> {
    private static final String NUMBER = "\\d{1,18}";

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Main main;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "ACTOR", description = "Which actor, such as bank-account/42.")
    private String actor = "";

    @Option(
            names = "--at",
            paramLabel = "SEQ|TIME",
            description = "A sequence number, or a time in UTC: 2026-03-01, 2026-03-01T12:30, 2026-03-01T12:30:00Z. "
                    + "Default: now.")
    private @Nullable String at;

    @Option(names = "--actor-class", paramLabel = "CLASS", description = "The class of the actor.")
    private @Nullable String actorClass;

    @Option(
            names = "--class-path",
            paramLabel = "PATHS",
            split = ":",
            description = "Where that class is: jars and directories.")
    private List<Path> classPath = List.of();

    @Override
    public Integer call() throws IOException {
        PersistenceId id = parseActor();
        Moment moment = parseMoment(at);
        DataDirectory directory = DataDirectory.of(main.options().dataDirectory());
        String className = actorClass;
        StateReport report = className == null
                ? withoutClasses(directory, id, moment)
                : withClasses(directory, id, moment, className);
        main.options().report(report.tree(), report::lines);
        return ExitCode.DONE;
    }

    private static StateReport withoutClasses(DataDirectory directory, PersistenceId id, Moment moment) {
        JournalInspector journal = directory.journal();
        try (RocksStores stores = directory.snapshots()) {
            return StateReport.known(id, moment, journal, stores == null ? null : stores.snapshots(), directory.keys());
        }
    }

    private StateReport withClasses(DataDirectory directory, PersistenceId id, Moment moment, String className)
            throws IOException {
        try (URLClassLoader loader = new URLClassLoader(urls(), getClass().getClassLoader());
                SteleReader reader = Stele.openReadOnly(directory.path())) {
            PastState<Object> past = reader.stateAt(load(loader, className), id.entityId(), moment);
            if (!past.persistenceId().equals(id)) {
                throw new CommandFailure(
                        ErrorCode.BAD_CLASS,
                        "class is that of another kind of actor: class=" + className + ", entityType="
                                + past.persistenceId().entityType() + ", entityTypeWanted=" + id.entityType());
            }
            return StateReport.replayed(past, RecordCodec.of(), directory.keys());
        }
    }

    private URL[] urls() {
        return classPath.stream()
                .map(path -> {
                    try {
                        return path.toUri().toURL();
                    } catch (MalformedURLException e) {
                        throw new CommandFailure(ErrorCode.BAD_CLASS, "class path is not one: path=" + path, e);
                    }
                })
                .toArray(URL[]::new);
    }

    @SuppressWarnings("unchecked")
    private static Class<? extends PersistentActor<?, Object>> load(ClassLoader loader, String className) {
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

    private PersistenceId parseActor() {
        try {
            return PersistenceId.parse(actor);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private Moment parseMoment(@Nullable String text) {
        if (text == null) {
            return Moment.LATEST;
        }
        if (text.matches(NUMBER)) {
            return Moment.after(Long.parseLong(text));
        }
        try {
            return Moment.at(time(text));
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--at is neither a sequence number nor a time: value=" + SafeText.of(text)
                            + "; write it as 17, 2026-03-01 or 2026-03-01T12:30:00Z",
                    e);
        }
    }

    private static Instant time(String text) {
        if (text.endsWith("Z")) {
            return Instant.parse(text);
        }
        return text.contains("T")
                ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                : LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC);
    }
}
