package io.stele.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReceptionistTest {
    private static final ServiceKey<String> GREETERS = new ServiceKey<>("greeters", String.class);

    private final SeededTurns turns = SeededTurns.of(5);
    private final ActorSystem system = ActorSystem.builder().turns(turns).build();
    private final Receptionist receptionist = system.receptionist();
    private final List<List<ActorRef<String>>> heard = new ArrayList<>();
    private final ActorRef<Listing<String>> subscriber = listing -> heard.add(listing.actors());

    @AfterEach
    void close() {
        system.close();
    }

    private ActorRef<String> spawn(String name) {
        return system.spawn(name, () -> (message, context) -> {
            if (message.equals("fail")) {
                throw new IllegalStateException("as told");
            }
        });
    }

    @Test
    void shouldFindThoseThatLiveInTheOrderInWhichTheyCame() {
        ActorRef<String> one = spawn("one");
        ActorRef<String> two = spawn("two");
        receptionist.register(GREETERS, one);
        receptionist.register(GREETERS, two);
        receptionist.register(GREETERS, one);
        assertThat(receptionist.find(GREETERS)).containsExactly(one, two);
        assertThat(receptionist.find(new ServiceKey<>("others", String.class))).isEmpty();

        one.tell("fail");
        turns.runUntilIdle();
        assertThat(receptionist.find(GREETERS)).as("a restart is no end").hasSize(2);
        system.stop(one);
        turns.runUntilIdle();
        assertThat(receptionist.find(GREETERS)).containsExactly(two);
        receptionist.deregister(GREETERS, two);
        assertThat(receptionist.find(GREETERS)).isEmpty();
    }

    @Test
    void shouldNotListWhoHadStoppedBefore() {
        ActorRef<String> one = spawn("one");
        system.stop(one);
        turns.runUntilIdle();

        receptionist.register(GREETERS, one);
        turns.runUntilIdle();
        assertThat(receptionist.find(GREETERS)).isEmpty();
    }

    @Test
    void shouldTellSubscribersNowAndAtEveryChange() {
        receptionist.subscribe(GREETERS, subscriber);
        ActorRef<String> one = spawn("one");
        receptionist.register(GREETERS, one);
        receptionist.register(GREETERS, one);
        system.stop(one);
        turns.runUntilIdle();
        receptionist.unsubscribe(GREETERS, subscriber);
        receptionist.register(GREETERS, spawn("two"));

        assertThat(heard).containsExactly(List.of(), List.of(one), List.of());
    }

    @Test
    void shouldRefuseWhatDoesNotFit() {
        receptionist.register(GREETERS, spawn("one"));

        assertThatThrownBy(() -> receptionist.find(new ServiceKey<>("greeters", Integer.class)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("another message type");
        assertThatThrownBy(() -> receptionist.register(GREETERS, message -> true))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(receptionist.find(GREETERS)).hasSize(1);
        assertThatThrownBy(() -> new ServiceKey<>("", String.class)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldPipeWhatAStageComesToIntoTheActorItself() {
        CompletableFuture<String> stage = new CompletableFuture<>();
        CompletableFuture<String> broken = new CompletableFuture<>();
        List<String> handled = new ArrayList<>();
        ActorRef<String> actor = system.spawn("piper", () -> (message, context) -> {
            handled.add(message);
            if (message.equals("start")) {
                context.pipeToSelf(stage, (value, failure) -> "came " + value);
                context.pipeToSelf(
                        broken.thenApply(value -> value),
                        (value, failure) -> "failed "
                                + java.util.Objects.requireNonNull(failure).getMessage());
            }
        });
        actor.tell("start");
        turns.runUntilIdle();

        stage.complete("x");
        broken.completeExceptionally(new CompletionException(new IllegalStateException("down")));
        turns.runUntilIdle();

        assertThat(handled).containsExactlyInAnyOrder("start", "came x", "failed down");
    }
}
