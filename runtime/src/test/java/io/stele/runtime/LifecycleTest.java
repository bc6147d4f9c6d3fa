package io.stele.runtime;

import static io.stele.runtime.World.await;
import static io.stele.runtime.World.eventually;
import static io.stele.runtime.World.failure;
import static org.assertj.core.api.Assertions.assertThat;

import io.stele.runtime.Fragile.Add;
import io.stele.runtime.Fragile.Fail;
import io.stele.runtime.Fragile.Get;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the hooks of a persistent actor are called, and what one that throws means. */
final class LifecycleTest {

    @Test
    void shouldCallHooksAroundPassivation() {
        try (FragileWorld world = new FragileWorld(Supervision.restart(), Duration.ofMillis(20), builder -> builder)) {
            await(world.fragile("a").ask(new Add(5)));
            eventually("it has passivated", () -> world.system.activeEntityCount() == 0);

            assertThat(world.actor.life)
                    .containsExactly("preStart", "afterRecovery 0", "beforePassivate 5", "postStop");
            assertThat(await(world.fragile("a").ask(new Get())).value()).isEqualTo(5);
            assertThat(world.actor.life).endsWith("preStart", "afterRecovery 5");
        }
    }

    @Test
    void shouldCallHooksAtShutdownOnceEverythingIsAnswered() {
        FragileWorld world = new FragileWorld(Supervision.restart());
        var last = world.fragile("a").ask(new Add(5));

        world.close();

        assertThat(await(last).value()).isEqualTo(5);
        assertThat(world.actor.life).containsExactly("preStart", "afterRecovery 0", "beforeShutdown 5", "postStop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"preStart", "afterRecovery", "afterRestart"})
    void shouldNotStartWhenAHookOfTheWayInThrows(String hook) {
        try (FragileWorld world = new FragileWorld(Supervision.restart().retryFailed(1))) {
            world.actor.throwingHook = hook;
            Fail message = new Fail("f", 1, () -> new IllegalStateException("boom"));

            ActorFailedException failed = failure(world.fragile("a").ask(message), ActorFailedException.class);

            assertThat(failed).hasMessageContaining("hook=" + hook).hasMessageContaining("actor=fragile/a");
            eventually("it has left", () -> world.system.activeEntityCount() == 0);
            world.actor.throwingHook = null;
            assertThat(await(world.fragile("a").ask(new Add(1))).value()).isEqualTo(1);
            long begun = world.actor.life.stream().filter("preStart"::equals).count();
            long ended = world.actor.life.stream().filter("postStop"::equals).count();
            assertThat(begun - ended).as(world.actor.life.toString()).isEqualTo(hook.equals("preStart") ? 2 : 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"preRestart", "beforePassivate", "postStop"})
    void shouldGoOnWhenAHookOfTheWayOutThrows(String hook) {
        try (FragileWorld world = new FragileWorld(Supervision.restart(), Duration.ofMillis(20), builder -> builder)) {
            world.actor.throwingHook = hook;
            await(world.fragile("a").ask(new Add(5)));
            failure(
                    world.fragile("a").ask(new Fail("f", 1, () -> new IllegalStateException("boom"))),
                    ActorFailedException.class);
            eventually("it has passivated", () -> world.system.activeEntityCount() == 0);

            assertThat(world.actor.life)
                    .contains("preRestart 5 boom", "beforePassivate 5")
                    .endsWith("postStop");
            assertThat(await(world.fragile("a").ask(new Get())).value()).isEqualTo(5);
        }
    }
}
