package io.stele.remote;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

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

    /** One stream. Guarded by itself. */
    static final class Stream {
        private long delivered = -1;
        private volatile long usedNs;

        /** Returns whether a message is to be handled now. */
        boolean isNext(long number, long oldest) {
            if (delivered < oldest - 1) {
                delivered = oldest - 1; // all before it were acknowledged, by us in another life or before we forgot
            }
            return number == delivered + 1;
        }

        void onDelivered(long number) {
            delivered = number;
        }

        synchronized long delivered() {
            return delivered;
        }
    }

    /** Returns a stream of a peer, a new one if it is not known. */
    Stream stream(String peer, String key, long nowNs) {
        synchronized (this) {
            Stream stream = streams.computeIfAbsent(peer + '\n' + key, unused -> new Stream());
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
        streams.values().removeIf(stream -> nowNs - stream.usedNs > forgetNs);
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

        Stream define(int number, Stream stream) {
            if (number != byNumber.size() + 1 || number > COUNT_MAX) {
                throw new ProtocolException("number of a reliable stream is not the next: number=" + number);
            }
            byNumber.add(stream);
            return stream;
        }

        Stream get(int number) {
            if (number < 1 || number > byNumber.size()) {
                throw new ProtocolException("reliable stream was never named: number=" + number);
            }
            return byNumber.get(number - 1);
        }

        void touch(int number, long nowNs) {
            get(number).usedNs = nowNs;
            if (number >= isTouched.length) {
                isTouched = java.util.Arrays.copyOf(isTouched, 2 * number);
            }
            if (!isTouched[number]) {
                isTouched[number] = true;
                touched.add(number);
            }
        }

        void forTouched(BiConsumer<Integer, Stream> action) {
            for (int number : touched) {
                isTouched[number] = false;
                action.accept(number, get(number));
            }
            touched.clear();
        }
    }
}
