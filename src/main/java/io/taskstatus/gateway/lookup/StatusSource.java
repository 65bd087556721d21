package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import java.util.Optional;

/** The port to where statuses come from. */
public interface StatusSource {
    /**
     * Asks for the status of {@code id} and blocks until it is known or known not to be had, at most for the source's own
     * deadline. Whatever the other side does ends as a {@link Fetched}; an exception is a fault of the program.
     *
     * @param traceparent a valid W3C {@code traceparent} to pass on, if the request that led here had one
     */
    Fetched fetch(ExecutionId id, Optional<String> traceparent);

    /**
     * The same for a request that asked not to be given what is kept: what another replica fetched will do only where it
     * is as young as {@link FreshnessPolicy#REFETCH_INTERVAL} allows.
     */
    default Fetched fetchAnew(ExecutionId id, Optional<String> traceparent) {
        return fetch(id, traceparent);
    }
}
