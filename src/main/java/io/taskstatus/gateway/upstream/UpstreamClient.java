package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusSource;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.lookup.UpstreamState;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.Optional;
import org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException;

/**
 * Asks the upstream, and spares it: nobody is sent there during a pause that it asked for or while the circuit is open,
 * so many fetches are under way at once and so many more stand in line, and a failed attempt is made again where that may
 * help. {@link #fetch} is the whole story.
 */
public final class UpstreamClient implements StatusSource, UpstreamState, AutoCloseable {
    private final UpstreamSettings settings;
    private final UpstreamWire wire;
    private final BodyRoom room;
    private final UpstreamGuard guard;
    private final UpstreamPause pause;
    private final FetchLine line;
    private final LookupObserver observer;
    private final Time time;

    /** @param room for large bodies */
    public UpstreamClient(
            UpstreamSettings settings,
            UpstreamWire wire,
            BodyRoom room,
            UpstreamGuard guard,
            LookupObserver observer,
            Time time) {
        this.settings = settings;
        this.wire = wire;
        this.room = room;
        this.guard = guard;
        this.observer = observer;
        this.time = time;
        this.pause = new UpstreamPause(time);
        this.line = new FetchLine(settings.maxConcurrent(), settings.maxWaiting());
    }

    @Override
    public Fetched fetch(ExecutionId id, Optional<String> traceparent) {
        long deadline = time.ticks() + settings.deadline().toNanos();
        Optional<SourceFailure> refusal = refusal();
        if (refusal.isPresent()) {
            return new Fetched.Failed(refusal.get());
        }
        try {
            if (!line.enter(settings.deadline())) {
                return new Fetched.Failed(SourceFailure.unfetched(FailureReason.OVERLOADED));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Fetched.Failed(SourceFailure.unfetched(FailureReason.SHUTTING_DOWN));
        }
        try {
            refusal = refusal();
            return refusal.isPresent() ? new Fetched.Failed(refusal.get()) : attempt(id, traceparent, deadline);
        } finally {
            line.leave();
        }
    }

    /** Why no fetch is started now, if none is. */
    private Optional<SourceFailure> refusal() {
        return pause.inForce().or(() -> guard.isShut() ? Optional.of(circuitOpen()) : Optional.empty());
    }

    private Fetched attempt(ExecutionId id, Optional<String> traceparent, long deadline) {
        UpstreamFetch fetch = new UpstreamFetch(wire, room, pause, observer, time, id, traceparent, settings, deadline);
        try {
            return new Fetched.Found(guard.attempt(fetch::attempt));
        } catch (AttemptFailed failed) {
            return new Fetched.Failed(failed.failure());
        } catch (CircuitBreakerOpenException opened) {
            return new Fetched.Failed(fetch.lastFailure().orElseGet(this::circuitOpen));
        }
    }

    private SourceFailure circuitOpen() {
        Duration left = guard.untilProbe();
        SourceFailure failure = SourceFailure.unfetched(FailureReason.CIRCUIT_OPEN);
        return left.isPositive() ? failure.retryingAt(time.ticks() + left.toNanos()) : failure;
    }

    /** The pause that the upstream asked for, for those who share it among replicas and those who show it. */
    public UpstreamPause pause() {
        return pause;
    }

    @Override
    public boolean isCircuitOpen() {
        return guard.isOpen();
    }

    @Override
    public boolean isPaused() {
        return pause.isInForce();
    }

    @Override
    public int fetchesInFlight() {
        return line.inFlight();
    }

    @Override
    public int fetchesWaiting() {
        return line.waiting();
    }

    /** Ends all connections. */
    @Override
    public void close() {
        wire.close();
    }
}
