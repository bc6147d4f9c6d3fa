package io.stele.tools;

import io.stele.Stele;
import io.stele.SteleReader;
import io.stele.recovery.Moment;
import io.stele.runtime.PastState;
import io.stele.snapshot.RocksStores;
import io.stele.spi.PayloadCodec;
import io.stele.spi.PersistenceId;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options that bring the user's own handlers, and what can be worked out with and without them. */
final class HandlerOptions {
    private static final String NUMBER = "\\d{1,18}";

    @Option(names = "--actor-class", paramLabel = "CLASS", description = "The class of the actor.")
    private @Nullable String actorClass;

    @Option(
            names = "--class-path",
            paramLabel = "PATHS",
            split = ":",
            description = "Where that class is: jars and directories.")
    @SuppressWarnings("UnusedVariable") // this program was loaded beside it: see UserLoader
    private List<Path> classPath = List.of();

    @Option(
            names = "--codec-jar",
            paramLabel = "JAR",
            description = "A codec of your own: the first that a jar provides as a service, for data that it wrote.")
    private @Nullable Path codecJar;

    /** Returns an actor's state at a moment, as far as it can be known. */
    StateReport state(DataDirectory directory, PersistenceId id, Moment moment) {
        String className = actorClass;
        return className == null ? known(directory, id, moment) : replayed(directory, id, moment, className);
    }

    private static StateReport known(DataDirectory directory, PersistenceId id, Moment moment) {
        try (RocksStores stores = directory.snapshots()) {
            return StateReport.known(id, moment, directory, stores, directory.keys());
        }
    }

    private StateReport replayed(DataDirectory directory, PersistenceId id, Moment moment, String className) {
        PayloadCodec codec = UserClasses.codec(codecJar);
        try (SteleReader reader = Stele.openReadOnly(directory.path(), codec)) {
            PastState<Object> past = reader.stateAt(UserClasses.actor(className), id.entityId(), moment);
            if (!past.persistenceId().equals(id)) {
                throw new CommandFailure(
                        ErrorCode.BAD_CLASS,
                        "class is that of another kind of actor: class=" + className + ", entityType="
                                + past.persistenceId().entityType() + ", entityTypeWanted=" + id.entityType());
            }
            return StateReport.replayed(past, codec, directory.keys());
        }
    }

    /** Reads a sequence number or a time; null is now. */
    static Moment moment(CommandSpec spec, String option, @Nullable String text) {
        if (text == null) {
            return Moment.LATEST;
        }
        if (text.matches(NUMBER)) {
            return Moment.after(Long.parseLong(text));
        }
        try {
            return Moment.at(Times.instant(text));
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " is neither a sequence number nor a time: value=" + SafeText.of(text)
                            + "; write it as 17, 2026-03-01 or 2026-03-01T12:30:00Z",
                    e);
        }
    }
}
