package io.stele.runtime;

/** A mark for threads that carry messages of many: a full mailbox that would have its senders wait refuses theirs instead. */
public interface NetworkThread {}
