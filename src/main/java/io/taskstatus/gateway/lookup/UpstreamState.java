package io.taskstatus.gateway.lookup;

/** What an operator wants to know of the way to the upstream, at a glance. */
public interface UpstreamState {
    /** Whether the circuit keeps fetches from starting. */
    boolean isCircuitOpen();

    /** Whether the upstream asked for a pause that still lasts. */
    boolean isPaused();

    /** Fetches under way. */
    int fetchesInFlight();

    /** Fetches in line. */
    int fetchesWaiting();
}
