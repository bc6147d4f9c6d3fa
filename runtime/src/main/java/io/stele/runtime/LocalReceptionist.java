package io.stele.runtime;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * The receptionist of a system: it knows who is here, and is told who is on other nodes.
 *
 * <p>Any thread. Subscribers are told under the lock, so that each hears of changes in their order; telling only puts into a mailbox.
 */
final class LocalReceptionist implements Receptionist {
    private final ActorSystem system;
    private final Map<String, Service> services = new HashMap<>();

    LocalReceptionist(ActorSystem system) {
        this.system = system;
    }

    /** By node, then by name, who is there on other nodes. */
    private final Map<String, Map<String, Gateway.Offered>> elsewhere = new LinkedHashMap<>();

    private Runnable onChange = () -> {};

    /** Who is there under one name, and who wants to know. */
    private static final class Service {
        private final ServiceKey<?> key;
        private final Set<ActorRef<?>> actors = new LinkedHashSet<>();
        private final Set<ActorRef<?>> subscribers = new LinkedHashSet<>();

        Service(ServiceKey<?> key) {
            this.key = key;
        }
    }

    private Service service(ServiceKey<?> key) {
        Service service = services.computeIfAbsent(key.name(), name -> new Service(key));
        if (!service.key.equals(key)) {
            throw new IllegalArgumentException("service is known with another message type: name=" + key.name()
                    + ", type=" + key.messageType().getName() + ", known="
                    + service.key.messageType().getName());
        }
        return service;
    }

    @Override
    public <M> void register(ServiceKey<M> key, ActorRef<? super M> actor) {
        synchronized (this) {
            Service service = service(key);
            if (!service.actors.add(actor)) {
                return;
            }
            tell(service);
        }
        boolean watched = false;
        try {
            var unused = system.whenTerminated(actor).thenAccept(stopped -> deregister(key, stopped));
            watched = true;
        } finally {
            if (!watched) {
                deregister(key, actor);
            }
        }
    }

    @Override
    public synchronized void deregister(ServiceKey<?> key, ActorRef<?> actor) {
        Service service = service(key);
        if (service.actors.remove(actor)) {
            tell(service);
        }
    }

    @Override
    public synchronized <M> List<ActorRef<M>> find(ServiceKey<M> key) {
        return listing(service(key), key).actors();
    }

    @Override
    public synchronized <M> void subscribe(ServiceKey<M> key, ActorRef<Listing<M>> subscriber) {
        Service service = service(key);
        service.subscribers.add(subscriber);
        subscriber.tell(listing(service, key));
    }

    @Override
    public synchronized void unsubscribe(ServiceKey<?> key, ActorRef<?> subscriber) {
        service(key).subscribers.remove(subscriber);
    }

    private void tell(Service service) {
        onChange.run();
        tell(service, service.key);
    }

    /** Has somebody told, in any thread and under the lock, that who is here has changed. */
    synchronized void onChange(Runnable value) {
        onChange = value;
    }

    /** Returns who is here. */
    synchronized List<Gateway.Offered> here() {
        List<Gateway.Offered> here = new ArrayList<>();
        for (Service service : services.values()) {
            if (!service.actors.isEmpty()) {
                here.add(new Gateway.Offered(
                        service.key.name(), service.key.messageType().getName(), List.copyOf(service.actors)));
            }
        }
        return here;
    }

    /** Puts who is on another node in the place of what was known of it. */
    synchronized void elsewhere(String node, List<Gateway.Offered> offered) {
        Map<String, Gateway.Offered> before = elsewhere.remove(node);
        Map<String, Gateway.Offered> now = new LinkedHashMap<>();
        offered.forEach(each -> now.put(each.name(), each));
        if (!now.isEmpty()) {
            elsewhere.put(node, now);
        }
        for (Service service : services.values()) {
            String name = service.key.name();
            Gateway.Offered was = before == null ? null : before.get(name);
            if (!Objects.equals(was, now.get(name))) {
                tell(service, service.key);
            }
        }
    }

    @SuppressWarnings("unchecked") // a key's subscribers take listings of its messages: see subscribe
    private <M> void tell(Service service, ServiceKey<M> key) {
        Listing<M> listing = listing(service, key);
        for (ActorRef<?> subscriber : service.subscribers) {
            ((ActorRef<Listing<M>>) subscriber).tell(listing);
        }
    }

    @SuppressWarnings("unchecked") // a key's actors take its messages: see register
    private <M> Listing<M> listing(Service service, ServiceKey<M> key) {
        List<ActorRef<M>> actors = new ArrayList<>();
        for (ActorRef<?> actor : service.actors) {
            actors.add((ActorRef<M>) actor);
        }
        for (Map<String, Gateway.Offered> node : elsewhere.values()) {
            Gateway.Offered offered = node.get(key.name());
            if (offered != null
                    && offered.messageType().equals(key.messageType().getName())) {
                offered.actors().forEach(actor -> actors.add((ActorRef<M>) actor));
            }
        }
        return new Listing<>(key, actors);
    }
}
