package io.stele.recovery;

/** What one kind of actor makes of its events. Any thread; gives the same answer every time. */
public interface Fold {

    /** Returns the state before the first event. */
    Object initialState();

    /** Returns the state after one more event. */
    Object onEvent(Object state, Object event);
}
