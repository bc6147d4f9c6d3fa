package io.stele.runtime.routing;

import io.stele.spi.Clock;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/**
 * How a {@link Router} chooses. Each is for one router.
 *
 * <p>Any thread; without locks.
 *
 * @param <M> the messages
 */
public abstract class Routing<M> {
    Routing() {}

    /** Hands a message over; false if nobody took it. */
    abstract boolean tell(M message, Routee<M>[] routees);

    /** Chooses whom to ask, from at least one. */
    abstract Routee<M> choose(M message, Routee<M>[] routees);

    /** A reply has come from one that was chosen. */
    void onReply(Routee<M> routee, long durationNs) {}

    /**
     * One after the other. One that does not take a message is passed over.
     *
     * @param <M> the messages
     */
    public static <M> Routing<M> roundRobin() {
        AtomicInteger next = new AtomicInteger();
        return anyOf(count -> Math.floorMod(next.getAndIncrement(), count));
    }

    /**
     * Anyone. One that does not take a message is passed over.
     *
     * @param <M> the messages
     */
    public static <M> Routing<M> random() {
        return random(count -> ThreadLocalRandom.current().nextInt(count));
    }

    /**
     * Anyone, as {@code random} says.
     *
     * @param random makes a number from 0 to below the one it is given; called from many threads
     * @param <M> the messages
     */
    public static <M> Routing<M> random(IntUnaryOperator random) {
        return anyOf(random);
    }

    private static <M> Routing<M> anyOf(IntUnaryOperator chooser) {
        return new PassingOver<>() {
            @Override
            int first(Routee<M>[] routees) {
                return chooser.applyAsInt(routees.length);
            }
        };
    }

    /**
     * All of them. A message is taken if anyone has taken it.
     *
     * @param <M> the messages
     */
    public static <M> Routing<M> broadcast() {
        return new Routing<>() {
            @Override
            boolean tell(M message, Routee<M>[] routees) {
                boolean taken = false;
                for (Routee<M> routee : routees) {
                    taken |= routee.ref.tell(message);
                }
                return taken;
            }

            @Override
            Routee<M> choose(M message, Routee<M>[] routees) {
                return routees[0];
            }
        };
    }

    /**
     * Messages with equal keys go to the same one, as long as it is there: nobody else takes them. When one is added, it takes its share
     * from all others alike and nothing moves between those; when one is removed, only what it had moves. Highest random weight after
     * Thaler and Ravishankar: takes a few nanoseconds for each routee. What counts is what an address is called, so that the same names
     * share keys in the same way in every process.
     *
     * @param key of a message; its {@code hashCode} must be the same in every process if that matters
     * @param <M> the messages
     */
    public static <M> Routing<M> consistentHash(Function<? super M, ?> key) {
        return new One<>() {
            @Override
            Routee<M> choose(M message, Routee<M>[] routees) {
                long hash = Routee.mix(key.apply(message).hashCode() * 0x9e3779b97f4a7c15L);
                Routee<M> best = routees[0];
                long bestWeight = Routee.mix(hash ^ best.hash);
                for (int i = 1; i < routees.length; i++) {
                    long weight = Routee.mix(hash ^ routees[i].hash);
                    if (weight > bestWeight) {
                        bestWeight = weight;
                        best = routees[i];
                    }
                }
                return best;
            }
        };
    }

    /**
     * The one of two, chosen at random, that is likely to be ready sooner: with fewer messages waiting, times how long its replies to
     * {@link Router#ask asks} took lately. Two are enough to keep all nearly even, and asking more would send everybody to the same one.
     *
     * @param <M> the messages
     */
    public static <M> Routing<M> leastLoaded() {
        return leastLoaded(count -> ThreadLocalRandom.current().nextInt(count), Clock.system());
    }

    /**
     * As {@link #leastLoaded()}, with random numbers and a clock of one's own.
     *
     * @param random makes a number from 0 to below the one it is given; called from many threads
     * @param <M> the messages
     */
    public static <M> Routing<M> leastLoaded(IntUnaryOperator random, Clock clock) {
        return new PassingOver<>() {
            @Override
            int first(Routee<M>[] routees) {
                int one = random.applyAsInt(routees.length);
                if (routees.length == 1) {
                    return one;
                }
                int other = (one + 1 + random.applyAsInt(routees.length - 1)) % routees.length;
                long nowNs = clock.nanoTime();
                return routees[other].load(nowNs) < routees[one].load(nowNs) ? other : one;
            }

            @Override
            void onReply(Routee<M> routee, long durationNs) {
                routee.sample(durationNs, clock.nanoTime());
            }
        };
    }

    /**
     * Whoever {@code chooser} says, by what is in the message.
     *
     * @param chooser given the message and how many there are, returns which, from 0; the order is that of {@link Router#routees()}
     * @param <M> the messages
     */
    public static <M> Routing<M> byContent(BiFunction<? super M, Integer, Integer> chooser) {
        return new One<>() {
            @Override
            Routee<M> choose(M message, Routee<M>[] routees) {
                return routees[chooser.apply(message, routees.length)];
            }
        };
    }

    /**
     * By what is in the message: the first rule that is true of it says who takes it.
     *
     * @param rules in their order; a message that none is true of is not taken
     * @param <M> the messages
     */
    public static <M> Routing<M> byContent(List<Rule<M>> rules) {
        List<Rule<M>> fixed = List.copyOf(rules);
        return new One<>() {
            @Override
            boolean tell(M message, Routee<M>[] routees) {
                for (Rule<M> rule : fixed) {
                    if (rule.when().test(message)) {
                        return rule.to().tell(message);
                    }
                }
                return false;
            }

            @Override
            Routee<M> choose(M message, Routee<M>[] routees) {
                for (Rule<M> rule : fixed) {
                    if (rule.when().test(message)) {
                        return new Routee<>(rule.to());
                    }
                }
                return new Routee<>(unwanted -> false);
            }
        };
    }

    /**
     * Chooses one, and that one only.
     *
     * @param <M> the messages
     */
    private abstract static class One<M> extends Routing<M> {
        @Override
        boolean tell(M message, Routee<M>[] routees) {
            return choose(message, routees).ref.tell(message);
        }
    }

    /**
     * Chooses one, and goes on to the next if that one does not take the message.
     *
     * @param <M> the messages
     */
    private abstract static class PassingOver<M> extends Routing<M> {
        abstract int first(Routee<M>[] routees);

        @Override
        boolean tell(M message, Routee<M>[] routees) {
            int first = first(routees);
            for (int i = 0; i < routees.length; i++) {
                if (routees[(first + i) % routees.length].ref.tell(message)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        Routee<M> choose(M message, Routee<M>[] routees) {
            return routees[first(routees)];
        }
    }
}
