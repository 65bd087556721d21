package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.StatusSnapshot;

/** What a caller gets, and how it was obtained. */
public sealed interface Answer {
    Provenance provenance();

    /** Nanoseconds until asking again can bring something new; {@link Long#MAX_VALUE} for what is terminal. */
    long freshFor();

    /** A status. */
    record Status(StatusSnapshot snapshot, long freshFor, Provenance provenance) implements Answer {}

    /** No status, and why. */
    record Failure(SourceFailure failure, long freshFor, Provenance provenance) implements Answer {}

    /** The same answer for one who did not start the fetch that brought it. */
    default Answer joined() {
        return with(provenance().joined());
    }

    /** The same answer for one who got {@code earlier} before: a fetch that was started then is not forgotten. */
    default Answer after(Answer earlier) {
        return earlier.provenance().startedFetch() ? havingStartedFetch() : this;
    }

    /** The same answer for one who started a fetch that did not bring it. */
    default Answer havingStartedFetch() {
        return with(provenance().havingStartedFetch());
    }

    private Answer with(Provenance provenance) {
        return switch (this) {
            case Status status -> new Status(status.snapshot(), status.freshFor(), provenance);
            case Failure failed -> new Failure(failed.failure(), failed.freshFor(), provenance);
        };
    }

    /** Whether nothing will ever change this answer. */
    default boolean isTerminal() {
        return this instanceof Status status && status.snapshot().isTerminal();
    }

    /** Whether this says that there is no such execution. */
    default boolean isNotFound() {
        return this instanceof Failure failed && failed.failure().reason() == FailureReason.EXECUTION_NOT_FOUND;
    }
}
