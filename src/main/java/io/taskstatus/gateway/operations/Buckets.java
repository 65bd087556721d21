package io.taskstatus.gateway.operations;

import java.time.Duration;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/** The upper bounds of histogram buckets. */
final class Buckets {
    static final Duration[] LATENCY = ofMillis(1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000);
    static final Duration[] RUNNING = LongStream.of(1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600)
            .mapToObj(Duration::ofSeconds)
            .toArray(Duration[]::new);
    /** Seconds as doubles in nanoseconds, as Micrometer's filters take them. */
    static final double[] LATENCY_NANOS = DoubleStream.of(
                    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)
            .map(seconds -> seconds * 1e9)
            .toArray();

    private Buckets() {}

    private static Duration[] ofMillis(long... millis) {
        return LongStream.of(millis).mapToObj(Duration::ofMillis).toArray(Duration[]::new);
    }
}
