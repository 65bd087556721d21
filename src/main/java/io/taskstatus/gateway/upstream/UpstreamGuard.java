package io.taskstatus.gateway.upstream;

import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.faulttolerance.FaultToleranceOperationProvider;
import io.smallrye.faulttolerance.api.CircuitBreakerMaintenance;
import io.smallrye.faulttolerance.api.CircuitBreakerName;
import io.smallrye.faulttolerance.api.CircuitBreakerState;
import io.smallrye.faulttolerance.api.ExponentialBackoff;
import io.smallrye.faulttolerance.api.RetryWhen;
import io.taskstatus.gateway.status.StatusSnapshot;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.function.Predicate;
import org.eclipse.microprofile.faulttolerance.CircuitBreaker;
import org.eclipse.microprofile.faulttolerance.Retry;

/**
 * The fault tolerance around attempts: a circuit breaker within retries. The numbers are annotations, so that {@code
 * quarkus.fault-tolerance."io.taskstatus.gateway.upstream.UpstreamGuard/attempt".*} or {@code
 * quarkus.fault-tolerance.global.*} can set others. How many further attempts a failure is worth is the error table's;
 * {@code max-retries} is a ceiling above it.
 *
 * <p>Not final: the container makes a subclass of it.
 */
@Singleton
@RegisterForReflection
public class UpstreamGuard {
    private static final String CIRCUIT = "upstream";

    private final CircuitBreakerMaintenance circuits;
    private final Duration opening;
    private volatile long openedAt;

    @Inject
    UpstreamGuard(CircuitBreakerMaintenance circuits, FaultToleranceOperationProvider operations) {
        this.circuits = circuits;
        this.opening = configuredDelay(operations);
        circuits.onStateChange(CIRCUIT, state -> {
            if (state == CircuitBreakerState.OPEN) {
                openedAt = System.nanoTime();
            }
        });
    }

    /** What is guarded: one attempt, made again where its failure says that it is worth it. */
    @FunctionalInterface
    interface Attempt {
        StatusSnapshot make() throws AttemptFailed;
    }

    /**
     * Makes {@code attempt}, and makes it again where that may help.
     *
     * @throws AttemptFailed if the last one failed
     * @throws org.eclipse.microprofile.faulttolerance.exceptions.CircuitBreakerOpenException if the circuit let the next
     *     one not through
     */
    @CircuitBreakerName(CIRCUIT)
    @CircuitBreaker(
            requestVolumeThreshold = 20,
            failureRatio = 0.5,
            delay = 10,
            delayUnit = ChronoUnit.SECONDS,
            failOn = AttemptFailed.Counted.class)
    @Retry(maxRetries = 2, delay = 100, jitter = 50, maxDuration = 0)
    @ExponentialBackoff(factor = 2, maxDelay = 1, maxDelayUnit = ChronoUnit.SECONDS)
    @RetryWhen(exception = WorthAnother.class)
    StatusSnapshot attempt(Attempt attempt) throws AttemptFailed {
        return attempt.make();
    }

    /** The failure itself knows. Public, for fault tolerance makes one. */
    @RegisterForReflection
    public static final class WorthAnother implements Predicate<Throwable> {
        @Override
        public boolean test(Throwable failure) {
            return failure instanceof AttemptFailed failed && failed.isWorthAnother();
        }
    }

    /** Whether the circuit is not closed. */
    boolean isOpen() {
        return circuits.currentState(CIRCUIT) != CircuitBreakerState.CLOSED;
    }

    /** Whether the circuit lets nobody through now, not even to probe. */
    boolean isShut() {
        return circuits.currentState(CIRCUIT) == CircuitBreakerState.OPEN;
    }

    /** What is left until a probe is let through. */
    Duration untilProbe() {
        Duration left = opening.minusNanos(System.nanoTime() - openedAt);
        return isShut() && left.isPositive() ? left : Duration.ZERO;
    }

    /** Closes the circuit and forgets what it has seen. */
    void reset() {
        circuits.reset(CIRCUIT);
    }

    private static Duration configuredDelay(FaultToleranceOperationProvider operations) {
        try {
            CircuitBreaker numbers = operations
                    .get(UpstreamGuard.class, UpstreamGuard.class.getDeclaredMethod("attempt", Attempt.class))
                    .getCircuitBreaker();
            return Duration.of(numbers.delay(), numbers.delayUnit());
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
