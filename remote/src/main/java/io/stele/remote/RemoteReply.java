package io.stele.remote;

import io.stele.runtime.ActorAddress;
import io.stele.runtime.ActorRef;

/**
 * The address of somebody on another node who has a number instead of a name.
 *
 * @param <M> the messages it takes
 */
final class RemoteReply<M> extends RemoteTarget implements ActorRef<M> {
    final long id;

    RemoteReply(Association association, ActorAddress address) {
        super(association, address);
        try {
            id = Long.parseLong(address.name());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("address of a reply has no number: address=" + address, e);
        }
    }

    @Override
    public boolean tell(M message) {
        return send(message);
    }
}
