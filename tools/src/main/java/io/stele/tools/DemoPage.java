package io.stele.tools;

import ch.qos.logback.classic.LoggerContext;
import io.stele.Stele;
import io.stele.admin.AdminServer;
import io.stele.recovery.Compactor;
import io.stele.runtime.ActorSystem;
import io.stele.spi.Clock;
import io.stele.spi.Durability;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.LoggerFactory;

/** Opens what a demo has written and shows it in the browser, until the process is told to end. Books nothing. */
final class DemoPage {
    private DemoPage() {}

    static void show(Path data, Durability durability, Console console) {
        AtomicReference<Compactor> compactor = new AtomicReference<>();
        try (ActorSystem system = Stele.builder(data)
                .register(new DemoAccount(durability))
                .metrics(AdminServer.newRegistry())
                .compaction(rules -> rules, compactor::set)
                .open()) {
            LoggerContext loggers = (LoggerContext) LoggerFactory.getILoggerFactory();
            try (LogbackControl log = new LogbackControl(loggers, Clock.system());
                    AdminServer admin = AdminServer.builder(system)
                            .log(log)
                            .compactor(Objects.requireNonNull(compactor.get()))
                            .start()) {
                console.err().println();
                console.err().println("  " + admin.url());
                console.err()
                        .println("  Open it in a browser; try bank-account/1 in its search field. Ctrl-C ends it.");
                console.err().flush();
                awaitInterrupt();
            }
        }
    }

    /** Waits until the process ends: the hook of the system, which closes it in good order, runs meanwhile. */
    private static void awaitInterrupt() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
