package io.stele.remote;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How far the reliable streams of others have come here, so that what comes again is not handled again.
 *
 * <p>Bounded: beyond {@code countMax} the stream that was silent for longest is forgotten, and every stream after {@code forgetNs} without
 * a message. One that is forgotten and speaks again goes on with the oldest message that it has no acknowledgement of: at worst one that
 * was handled comes again, and no stream is ever refused.
 *
 * <p>Any thread.
 */
final class ReliableInbox {
    private final int countMax;
    private final long forgetNs;
    private final Map<String, Stream> streams = new LinkedHashMap<>(16, 0.75f, true);

    ReliableInbox(int countMax, long forgetNs) {
        this.countMax = countMax;
        this.forgetNs = forgetNs;
    }

    /**
     * One stream.
     *
     * <pre>
     *   numbers   … 6 ][ 7 ][ 8 ][ 9 ][ 10 ][ 11 …
     *               ^    done  away   away   ^
     *               handled: acknowledged    the next that is taken
     * </pre>
     *
     * <p>Away is what is in a mailbox and has not been handled. What failed for now is nothing again, and is the next that is taken; those
     * behind it that were handled meanwhile are passed over when they come again.
     *
     * <p>Any thread.
     */
    static final class Stream {
        /** How many are away at most; the next ones come again. */
        static final int AWAY_MAX = 1 << 16;

        private static final int REFUSALS_MAX = 1_024;
        private static final byte AWAY = 1;
        private static final byte DONE = 2;

        final String key;
        /** Of the numbers behind {@link #handled}, by their lowest bits. */
        private byte[] states = new byte[16];
        /** Why those were refused that the peer may not know of. */
        private final TreeMap<Long, String> refusals = new TreeMap<>();

        private long handled = -1;
        private long taken = -1;
        private volatile long usedNs;
        private volatile @Nullable Runnable progress;

        Stream(String key) {
            this.key = key;
        }

        /** Reserves the place of a message that is to be handled now; false if it is not. */
        synchronized boolean take(long number, long oldest) {
            if (handled < oldest - 1) {
                begin(oldest - 1); // all before it were acknowledged, by us in another life or before we forgot
            }
            refusals.headMap(oldest).clear();
            if (number != taken + 1 || number - handled > AWAY_MAX) {
                return false;
            }
            set(number, AWAY);
            return true;
        }

        private void begin(long last) {
            for (long number = handled + 1; number <= Math.min(last, handled + states.length); number++) {
                states[index(number)] = 0;
            }
            handled = last;
            taken = Math.max(taken, last);
            settle();
        }

        private int index(long number) {
            return (int) (number & (states.length - 1));
        }

        private byte get(long number) {
            return number <= handled || number - handled > states.length ? 0 : states[index(number)];
        }

        private void set(long number, byte state) {
            while (number - handled > states.length) {
                byte[] before = states;
                byte[] more = new byte[2 * before.length];
                for (long known = handled + 1; known <= handled + before.length; known++) {
                    more[(int) (known & (more.length - 1))] = before[index(known)];
                }
                states = more;
            }
            states[index(number)] = state;
            settle();
        }

        private void settle() {
            while (get(handled + 1) == DONE) {
                states[index(++handled)] = 0;
            }
            taken = Math.max(taken, handled);
            while (get(taken + 1) != 0) {
                taken++;
            }
        }

        /** It was not taken, or not handled, and is to come again. */
        synchronized void onFailed(long number) {
            if (get(number) == AWAY) {
                states[index(number)] = 0;
                taken = Math.min(taken, number - 1);
            }
        }

        /** It was handled, or never will be for the reason that is given. */
        void onHandled(long number, @Nullable String refusal) {
            synchronized (this) {
                if (get(number) != AWAY) {
                    return; // of a life that was forgotten
                }
                if (refusal != null) {
                    refusals.put(number, refusal);
                    if (refusals.size() > REFUSALS_MAX) {
                        refusals.pollFirstEntry();
                    }
                }
                set(number, DONE);
            }
            Runnable known = progress;
            if (known != null) {
                known.run();
            }
        }

        /** Has somebody told, on any thread, when it has come further; instead of whoever was told before. */
        void progress(Runnable value) {
            progress = value;
        }

        /** Returns up to where all were handled. */
        synchronized long handled() {
            return handled;
        }

        synchronized boolean isIdle() {
            return taken == handled;
        }

        /** Gives every refusal behind a number that the peer may not know of, as far as all before were handled; in order. */
        synchronized void forRefusals(long after, ObjLongConsumer<String> action) {
            if (!refusals.isEmpty()) {
                refusals.subMap(after, false, Math.max(after, handled), true)
                        .forEach((number, refusal) -> action.accept(refusal, number));
            }
        }
    }

    /** Returns a stream of a peer, a new one if it is not known. */
    Stream stream(String peer, String key, long nowNs) {
        synchronized (this) {
            Stream stream = streams.computeIfAbsent(peer + '/' + key, Stream::new);
            stream.usedNs = nowNs;
            if (streams.size() > countMax) {
                var eldest = streams.values().iterator();
                eldest.next();
                eldest.remove();
            }
            return stream;
        }
    }

    /** Forgets those that have been silent for too long. */
    synchronized void sweep(long nowNs) {
        streams.values().removeIf(stream -> nowNs - stream.usedNs > forgetNs && stream.isIdle());
    }

    synchronized int count() {
        return streams.size();
    }

    /** What the streams are called on one connection, and which of them are to be acknowledged. Confined to its loop. */
    static final class Streams {
        private static final int COUNT_MAX = 1 << 16;
        private final List<Stream> byNumber = new ArrayList<>();
        private final List<Integer> touched = new ArrayList<>();
        private boolean[] isTouched = new boolean[16];
        private long[] refusedUpTo = new long[16];

        Stream define(int number, Stream stream) {
            if (number != byNumber.size() + 1 || number > COUNT_MAX) {
                throw new ProtocolException("number of a reliable stream is not the next: number=" + number);
            }
            byNumber.add(stream);
            if (number >= isTouched.length) {
                isTouched = java.util.Arrays.copyOf(isTouched, 2 * number);
                refusedUpTo = java.util.Arrays.copyOf(refusedUpTo, 2 * number);
            }
            return stream;
        }

        Stream get(int number) {
            if (number < 1 || number > byNumber.size()) {
                throw new ProtocolException("reliable stream was never named: number=" + number);
            }
            return byNumber.get(number - 1);
        }

        /** It is to be acknowledged. */
        void touch(int number) {
            get(number);
            if (!isTouched[number]) {
                isTouched[number] = true;
                touched.add(number);
            }
        }

        /** The peer has spoken on it. */
        void use(int number, long nowNs) {
            get(number).usedNs = nowNs;
            touch(number);
        }

        void forTouched(BiConsumer<Integer, Stream> action) {
            for (int number : touched) {
                isTouched[number] = false;
                action.accept(number, get(number));
            }
            touched.clear();
        }

        /** Gives the refusals that were not said on this connection. */
        void forRefusals(int number, ObjLongConsumer<String> action) {
            get(number).forRefusals(refusedUpTo[number], (refusal, refused) -> {
                refusedUpTo[number] = refused;
                action.accept(refusal, refused);
            });
        }
    }
}
