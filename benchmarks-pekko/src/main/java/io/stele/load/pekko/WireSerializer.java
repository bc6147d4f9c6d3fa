package io.stele.load.pekko;

import io.stele.load.pekko.PekkoRemoteSubject.Answer;
import io.stele.load.pekko.PekkoRemoteSubject.Hello;
import io.stele.load.pekko.PekkoRemoteSubject.Payload;
import io.stele.load.pekko.PekkoRemoteSubject.Question;
import io.stele.load.pekko.PekkoRemoteSubject.Report;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.ByteBufferSerializer;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** The messages of the load, written by hand into Pekko's own buffers. */
public final class WireSerializer extends SerializerWithStringManifest implements ByteBufferSerializer {
    private static final int ID = 4_712;
    private static final int BYTES_MAX = 1 << 10;

    private final ActorRefResolver resolver;

    /** Called by Pekko. */
    public WireSerializer(ExtendedActorSystem system) {
        resolver = ActorRefResolver.get(Adapter.toTyped(system));
    }

    @Override
    public int identifier() {
        return ID;
    }

    @Override
    public String manifest(Object message) {
        return message instanceof Payload
                ? "p"
                : message instanceof Question
                        ? "q"
                        : message instanceof Answer ? "a" : message instanceof Hello ? "h" : "r";
    }

    @Override
    public void toBinary(Object message, ByteBuffer to) {
        if (message instanceof Payload payload) {
            to.put(payload.bytes());
        } else if (message instanceof Question question) {
            byte[] ref = bytes(question.replyTo());
            to.putInt(question.number()).putShort((short) ref.length).put(ref).put(question.bytes());
        } else if (message instanceof Answer answer) {
            to.putInt(answer.number()).put(answer.bytes());
        } else if (message instanceof Hello hello) {
            to.put(bytes(hello.reportTo()));
        } else {
            to.putLong(((Report) message).count());
        }
    }

    private byte[] bytes(ActorRef<Object> ref) {
        return resolver.toSerializationFormat(ref).getBytes(StandardCharsets.UTF_8);
    }

    private ActorRef<Object> ref(byte[] bytes) {
        return resolver.resolveActorRef(new String(bytes, StandardCharsets.UTF_8));
    }

    @Override
    public Object fromBinary(ByteBuffer from, String manifest) {
        return switch (manifest) {
            case "p" -> new Payload(rest(from));
            case "q" -> {
                int number = from.getInt();
                byte[] ref = new byte[from.getShort()];
                from.get(ref);
                yield new Question(number, rest(from), ref(ref));
            }
            case "a" -> new Answer(from.getInt(), rest(from));
            case "h" -> new Hello(ref(rest(from)));
            default -> new Report(from.getLong());
        };
    }

    private static byte[] rest(ByteBuffer from) {
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        return bytes;
    }

    @Override
    public byte[] toBinary(Object message) {
        ByteBuffer buffer = ByteBuffer.allocate(BYTES_MAX);
        toBinary(message, buffer);
        return Arrays.copyOf(buffer.array(), buffer.position());
    }

    @Override
    public Object fromBinary(byte[] bytes, String manifest) {
        return fromBinary(ByteBuffer.wrap(bytes), manifest);
    }
}
