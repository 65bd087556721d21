package io.taskstatus.gateway.lookup;

import java.time.Duration;
import java.time.Instant;

/** Two clocks that stand still until a test moves them. Ticks begin shortly before they overflow, as they may. */
final class ManualTime implements Time {
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");
    private static final long ORIGIN = Long.MAX_VALUE - Duration.ofSeconds(20).toNanos();

    private volatile Duration elapsed = Duration.ZERO;

    @Override
    public long ticks() {
        return ORIGIN + elapsed.toNanos();
    }

    @Override
    public Instant now() {
        return START.plus(elapsed);
    }

    void advance(Duration by) {
        elapsed = elapsed.plus(by);
    }

    void advanceMillis(long millis) {
        advance(Duration.ofMillis(millis));
    }
}
