package io.stele.remote;

import static org.assertj.core.api.Assertions.assertThat;

import io.stele.codec.RecordCodec;
import io.stele.runtime.ActorSystem;
import io.stele.testkit.InMemoryJournal;
import io.stele.testkit.InMemoryJournalOptions;
import io.stele.testkit.InMemorySnapshotStore;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Two nodes of one JVM that reach each other over the loopback interface. */
final class TwoNodes implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final ActorSystem left = system();
    final ActorSystem right = system();
    final RemoteNode leftNode;
    final RemoteNode rightNode;

    TwoNodes() {
        this(options -> options, options -> options);
    }

    TwoNodes(UnaryOperator<RemoteOptions.Builder> leftOptions, UnaryOperator<RemoteOptions.Builder> rightOptions) {
        rightNode = RemoteNode.start(right, rightOptions.apply(options("right")).build());
        leftNode = RemoteNode.start(
                left,
                leftOptions
                        .apply(options("left"))
                        .peer("right", "127.0.0.1", rightNode.endpoint().port())
                        .build());
    }

    static RemoteOptions.Builder options(String node) {
        return RemoteOptions.builder(node).messages(Bank.MESSAGES).loopCount(1);
    }

    static ActorSystem system() {
        ActorSystem system = ActorSystem.builder()
                .journal(InMemoryJournal.open(InMemoryJournalOptions.standard()))
                .snapshots(InMemorySnapshotStore.open())
                .codec(RecordCodec.of())
                .workerCount(2)
                .closeTimeout(Duration.ofMillis(500))
                .build();
        system.register(new Bank.Account());
        return system;
    }

    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new CompletionException(e.getCause());
        } catch (TimeoutException e) {
            throw new AssertionError("no reply within " + PATIENCE, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static <X extends Throwable> X failure(CompletionStage<?> stage, Class<X> type) {
        try {
            Object reply = await(stage);
            throw new AssertionError("expected a failure, got " + reply);
        } catch (CompletionException e) {
            assertThat(e.getCause()).isInstanceOf(type);
            return type.cast(java.util.Objects.requireNonNull(e.getCause()));
        }
    }

    static void eventually(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as(what).isLessThan(deadlineNs);
            java.util.concurrent.locks.LockSupport.parkNanos(1_000_000);
        }
    }

    @Override
    public void close() {
        left.close();
        right.close();
    }
}
