package io.stele.tools;

/**
 * One booking: what the bank is told, under an id that it must carry out once.
 *
 * @param id the deduplication id of its command
 * @param account entity id of its account
 * @param cents what it adds to the balance; below zero for a debit
 */
record Transaction(String id, String account, long cents) {}
