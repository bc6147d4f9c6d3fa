package io.stele.spi;

/** Takes what a replay finds, in order. */
@FunctionalInterface
public interface EventReader {

    /**
     * Takes one event.
     *
     * @param event a view that is valid only during this call
     */
    void onEvent(StoredEvent event);

    /**
     * Takes one note: metadata that stands at {@link StoredEvent#sequenceNumber()} without being an event.
     *
     * @param note a view that is valid only during this call; it has metadata, but neither type nor payload
     */
    default void onNote(StoredEvent note) {}
}
