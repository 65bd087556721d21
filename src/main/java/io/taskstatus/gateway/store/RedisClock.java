package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.Time;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/** Redis's clock as this replica knows it from the last beat: it goes on while Redis is away. */
final class RedisClock {
    private final Time time;
    private volatile long offset;
    private volatile boolean known;

    RedisClock(Time time) {
        this.time = time;
    }

    /** At {@code ticks} Redis's clock showed {@code micros}. */
    void heard(long ticks, long micros) {
        offset = micros - TimeUnit.NANOSECONDS.toMicros(ticks);
        known = true;
    }

    /** What it showed at {@code ticks}, in microseconds. */
    OptionalLong at(long ticks) {
        return known ? OptionalLong.of(TimeUnit.NANOSECONDS.toMicros(ticks) + offset) : OptionalLong.empty();
    }

    Time time() {
        return time;
    }
}
