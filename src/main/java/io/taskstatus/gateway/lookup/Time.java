package io.taskstatus.gateway.lookup;

import java.time.Duration;
import java.time.Instant;

/**
 * The two clocks of the core, injected so that tests and simulations own them: ticks decide what is fresh and never
 * jump; the wall clock dates what leaves the process ({@code Age}, stored results).
 */
public interface Time {
    /** Nanoseconds since an arbitrary origin, never running backwards; two readings are compared by their difference. */
    long ticks();

    /** The wall clock. */
    Instant now();

    /** The clocks of this machine. */
    static Time system() {
        return new Time() {
            @Override
            public long ticks() {
                return System.nanoTime();
            }

            @Override
            public Instant now() {
                return Instant.now();
            }
        };
    }

    /** {@code duration} in whole seconds, rounded up. */
    static long wholeSeconds(Duration duration) {
        return Math.ceilDiv(duration.toNanos(), 1_000_000_000L);
    }

    /** {@code nanoseconds} in whole seconds, rounded up. */
    static long wholeSeconds(long nanoseconds) {
        return Math.ceilDiv(nanoseconds, 1_000_000_000L);
    }
}
