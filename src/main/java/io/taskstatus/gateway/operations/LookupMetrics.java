package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Outcome;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.status.UnkeptReason;
import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jboss.logging.Logger;

/** Counts what happens. No label ever holds an id, a path or the upstream's words. */
public final class LookupMetrics implements LookupObserver {
    private static final Logger LOG = Logger.getLogger(LookupMetrics.class);

    private record Request(Outcome source, String outcome, String team) {}

    private final MeterRegistry registry;
    private final ConcurrentMap<Request, Counter> requests = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, Timer> attempts = new ConcurrentHashMap<>();
    private final Counter avoided;
    private final Counter conflicts;

    /** @param teams whom requests are counted for */
    public LookupMetrics(MeterRegistry registry, Set<String> teams) {
        this.registry = registry;
        avoided = Counter.builder("gateway.upstream.calls.avoided")
                .description("Requests answered without starting a fetch")
                .register(registry);
        conflicts = Counter.builder("gateway.terminal.conflicts")
                .description("Second, different terminal results of an id; the first stands")
                .register(registry);
        // closed lists are there from the start: a rate over a series that appears with its first event misses that
        // event
        for (UnkeptReason reason : UnkeptReason.values()) {
            unkeptCounter(reason.label());
        }
        for (VerificationStatus status : VerificationStatus.values()) {
            if (status.isTerminal()) {
                runningTimer(status);
            }
            // errors come with their first, for there are many
            attempts.computeIfAbsent(status.word(), this::attemptTimer);
            for (String team : teams) {
                for (Outcome source : List.of(Outcome.MEMORY, Outcome.UPSTREAM)) {
                    requests.computeIfAbsent(new Request(source, status.word(), team), this::requestCounter);
                }
            }
        }
    }

    @Override
    public void answered(Provenance provenance, String outcome, String team) {
        requests.computeIfAbsent(new Request(provenance.outcome(), outcome, team), this::requestCounter)
                .increment();
        if (provenance.outcome() != Outcome.NONE && !provenance.startedFetch()) {
            avoided.increment();
        }
    }

    private Counter requestCounter(Request request) {
        return Counter.builder("gateway.requests")
                .description("Requests for a status, by where the answer came from and what it was")
                .tag("source", request.source().word())
                .tag("outcome", request.outcome())
                .tag("team", request.team())
                .register(registry);
    }

    @Override
    public void attempted(String outcome, Duration took) {
        attempts.computeIfAbsent(outcome, this::attemptTimer).record(took);
    }

    private Timer attemptTimer(String outcome) {
        return Timer.builder("gateway.upstream")
                .description("Attempts at the upstream, by what they brought")
                .tag("outcome", outcome)
                .serviceLevelObjectives(Buckets.LATENCY)
                .register(registry);
    }

    @Override
    public void unkept(String reason) {
        unkeptCounter(reason).increment();
    }

    private Counter unkeptCounter(String reason) {
        return Counter.builder("gateway.unkept.results")
                .description("Answers 200 of the upstream that were not kept as results")
                .tag("reason", reason)
                .register(registry);
    }

    @Override
    public void conflict() {
        conflicts.increment();
    }

    @Override
    public void settled(VerificationStatus status, Duration running) {
        runningTimer(status).record(running);
    }

    private Timer runningTimer(VerificationStatus status) {
        return Timer.builder("gateway.task.running")
                .description("From first seen Running to terminal")
                .tag("outcome", status.word())
                .serviceLevelObjectives(Buckets.RUNNING)
                .register(registry);
    }

    @Override
    public void panicked(Throwable panic) {
        LOG.error("A fetch failed for a reason that nobody foresaw", panic);
    }
}
