package io.taskstatus.gateway.lookup;

/**
 * How a store is doing, at a glance: known without asking it.
 *
 * @param up whether it can be read and written
 * @param entries results of this namespace that are committed
 * @param bytes what it takes up on disk
 * @param queued writes that wait for their commit
 * @param detail {@code open}, or what is wrong, in words for an operator
 */
public record StoreState(boolean up, long entries, long bytes, long queued, String detail) {}
