package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;

/** The port to whoever counts what happens. Calls are made on request threads: they are short and never block. */
public interface LookupObserver {
    /** A request was answered: {@code outcome} is a status word, {@code not_modified} or an error code. */
    default void answered(Provenance provenance, String outcome, String team) {}

    /** One attempt at the upstream ended after {@code took}: {@code outcome} is a status word or an error code. */
    default void attempted(String outcome, Duration took) {}

    /** A 200 of the upstream was not kept as a result: {@code reason} is one of a closed list. */
    default void unkept(String reason) {}

    /** The upstream gave a second, different terminal result for an id; the first stands. */
    default void conflict() {}

    /** A task became terminal that was first seen Running {@code running} ago. */
    default void settled(VerificationStatus status, Duration running) {}

    /** The work of a flight threw: a fault of the program. */
    default void panicked(Throwable panic) {}
}
