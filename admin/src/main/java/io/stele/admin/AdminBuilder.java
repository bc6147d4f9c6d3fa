package io.stele.admin;

import io.stele.recovery.Compactor;
import io.stele.runtime.ActorSystem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Puts an {@link AdminServer} together. Confined to one thread; used once. */
public final class AdminBuilder {
    final ActorSystem system;
    final Map<String, Function<String, AdminServer.Answer>> endpoints = new LinkedHashMap<>();
    AdminOptions options = AdminOptions.of();

    @Nullable LogControl log;

    @Nullable Compactor compactor;

    Supplier<? extends List<? extends Map<String, ?>>> peers = List::of;

    AdminBuilder(ActorSystem system) {
        this.system = system;
    }

    /** Sets where and to whom it is served. Default: {@link AdminOptions#of()}. */
    public AdminBuilder options(AdminOptions value) {
        options = value;
        return this;
    }

    /** Sets what shows the log and changes its levels. Default: the page says that there is none. */
    public AdminBuilder log(LogControl value) {
        log = value;
        return this;
    }

    /** Sets what the preview of a compaction is asked of. Default: the page shows the history of compactions alone. */
    public AdminBuilder compactor(Compactor value) {
        compactor = value;
        return this;
    }

    /**
     * Sets what the view of remote peers shows: for each a {@code node} and a {@code state}, and whatever else there is, as text or numbers.
     * Asked once a second at most while somebody looks. Default: none.
     */
    public AdminBuilder peers(Supplier<? extends List<? extends Map<String, ?>>> value) {
        peers = value;
        return this;
    }

    /**
     * Adds a GET of one's own, a scrape of metrics for instance, behind the same token.
     *
     * @param path such as {@code /metrics}
     * @param answer made on a thread of the server
     */
    public AdminBuilder endpoint(String path, Function<String, AdminServer.Answer> answer) {
        endpoints.put(path, answer);
        return this;
    }

    /**
     * Starts to serve.
     *
     * @throws java.io.UncheckedIOException if the port is taken
     */
    public AdminServer start() {
        return AdminServer.start(this);
    }
}
