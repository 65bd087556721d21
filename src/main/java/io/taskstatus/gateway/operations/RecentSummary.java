package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/** The summary's JSON, made anew at most once in a while, however many pages ask. */
final class RecentSummary {
    private final MeterRegistry registry;
    private final long lifetime;
    private byte[] json = {};
    private long madeAt;

    RecentSummary(MeterRegistry registry, Duration lifetime) {
        this.registry = registry;
        this.lifetime = lifetime.toNanos();
    }

    synchronized byte[] json() {
        long now = System.nanoTime();
        if (json.length == 0 || now - madeAt >= lifetime) {
            json = ConsoleSummary.of(registry).toJson();
            madeAt = now;
        }
        return json;
    }
}
