package io.taskstatus.gateway.lookup;

import java.time.Duration;

/**
 * How long what is not terminal may be served, in nanoseconds. A young task is asked for often, an old one seldom: a
 * Running is fresh for a tenth of the time since it was first seen, within bounds.
 */
public final class FreshnessPolicy {
    /** A {@code no-cache} refetches an id only where its last fetch is this old: at most twice a second. */
    public static final long REFETCH_INTERVAL = Duration.ofMillis(500).toNanos();
    /** Not-found is not kept for an id that was seen Running this recently: the upstream contradicts itself. */
    static final long RUNNING_MEMORY = Duration.ofMinutes(1).toNanos();
    /** How long memory remembers since when a task has been running. */
    static final long RUNNING_RETENTION = Duration.ofHours(1).toNanos();

    private final long running;
    private final long runningMax;
    private final long notFound;
    private final long error;
    private final long staleIfError;

    /**
     * @param running of a task first seen now; above {@code runningMax} it counts as that
     * @param runningMax of the oldest task
     * @param notFound of an id that the upstream doesn't know
     * @param error of the outcome of a failed fetch
     * @param staleIfError how long a Running may stand in for failures after it went stale
     */
    public FreshnessPolicy(
            Duration running, Duration runningMax, Duration notFound, Duration error, Duration staleIfError) {
        this.runningMax = runningMax.toNanos();
        this.running = Math.min(running.toNanos(), this.runningMax);
        this.notFound = notFound.toNanos();
        this.error = error.toNanos();
        this.staleIfError = staleIfError.toNanos();
    }

    long ofRunning(long seenFor) {
        return Math.clamp(seenFor / 10, running, runningMax);
    }

    long ofFailure(FailureReason reason) {
        return reason == FailureReason.EXECUTION_NOT_FOUND ? notFound : error;
    }

    long grace() {
        return staleIfError;
    }
}
