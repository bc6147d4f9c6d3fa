package io.stele.remote;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.stele.runtime.ActorRef;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Messages for tests, and short ways through the codec. */
@SuppressWarnings("ArrayRecordComponent") // as users write them
final class Wire {

    private Wire() {}

    enum Colour {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "green, and a class of its own";
            }
        }
    }

    sealed interface Figure permits Circle, Square, Nothing {}

    record Circle(double radius) implements Figure {}

    record Square(int side, Colour colour) implements Figure {}

    record Nothing() implements Figure {}

    record Primitives(long l, int i, short s, byte b, char c, boolean flag, double d, float f) {}

    record Texts(String text, @Nullable String missing, byte[] bytes, String[] words, long[] numbers) {}

    record Times(Instant instant, Duration duration, LocalDate date, LocalTime time, Period period, ZoneId zone) {}

    record Numbers(BigDecimal decimal, BigInteger whole, UUID id, Long boxed, OptionalLong maybe, OptionalInt none) {}

    record Many(
            List<Figure> figures,
            Set<String> names,
            Map<String, List<Integer>> lists,
            Optional<Square> square,
            @Nullable Object anything) {}

    record Chain(int number, @Nullable Chain next) {}

    record Ask(String question, ActorRef<String> replyTo) {}

    record Payload(byte[] bytes) {}

    static final Class<?>[] TYPES = {
        Primitives.class,
        Texts.class,
        Times.class,
        Numbers.class,
        Many.class,
        Chain.class,
        Ask.class,
        Payload.class,
        Colour.class
    };

    static MessageCodec codec() {
        return MessageCodec.of(List.of(TYPES), new Refs(), MessageLimits.DEFAULT);
    }

    static PeerSchema self(MessageCodec codec) {
        return codec.negotiate(codec.local());
    }

    static Object roundTrip(MessageCodec from, MessageCodec to, Object message, ByteBuf buffer) {
        from.encode(message, from.negotiate(to.local()), buffer);
        return to.decode(buffer, buffer.readableBytes(), to.negotiate(from.local()));
    }

    static byte[] bytes(MessageCodec codec, Object message) {
        ByteBuf buffer = Unpooled.buffer();
        codec.encode(message, self(codec), buffer);
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }

    /** An address and nothing else. */
    record Ref(String address) implements ActorRef<String> {
        @Override
        public boolean tell(String message) {
            return false;
        }
    }

    static final class Refs implements RefResolver {
        @Override
        public String addressOf(ActorRef<?> ref) {
            return ((Ref) ref).address();
        }

        @Override
        public ActorRef<?> resolve(String address) {
            if (!address.startsWith("stele://")) {
                throw new IllegalArgumentException("not an address");
            }
            return new Ref(address);
        }
    }
}
