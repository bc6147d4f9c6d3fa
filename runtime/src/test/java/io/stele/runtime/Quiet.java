package io.stele.runtime;

/** What a cell needs to exist, without a thread: whatever is to be run is run at once, on the thread that says so. */
final class Quiet implements Dispatcher {
    static final ActorSystem SYSTEM =
            ActorSystem.builder().turns(SeededTurns.of(1)).build();
    private static final int CAPACITY = 16;

    private Quiet() {}

    static Kind kind() {
        return new Kind(
                SYSTEM,
                ActorOptions.standard().withMailbox(MailboxOptions.standard().withCapacity(CAPACITY)),
                new Quiet());
    }

    static Dispatcher dispatcher() {
        return new Quiet();
    }

    @Override
    public void execute(Task task) {
        task.run();
    }

    @Override
    public boolean close() {
        return true;
    }
}
