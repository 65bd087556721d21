package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreObserver;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** Counts what the store does. */
public final class StoreMetrics implements StoreObserver {
    private final Map<Operation, Timer> timers = new EnumMap<>(Operation.class);
    private final Map<Operation, Counter> errors = new EnumMap<>(Operation.class);
    private final Counter lateWrites;

    /** All series exist from the start: a counter that appears with its first error is missed by alerts on increases. */
    public StoreMetrics(MeterRegistry registry) {
        for (Operation operation : Operation.values()) {
            timers.put(
                    operation,
                    Timer.builder("gateway.store")
                            .description("What the store did, from the call to its end")
                            .tag("operation", operation.word())
                            .serviceLevelObjectives(Buckets.LATENCY)
                            .register(registry));
            errors.put(
                    operation,
                    Counter.builder("gateway.store.errors")
                            .description("What the store failed at; check: rows and files found damaged")
                            .tag("operation", operation.word())
                            .register(registry));
        }
        lateWrites = Counter.builder("gateway.store.late.writes")
                .description("Results answered before their commit: only these can be lost by a kill")
                .register(registry);
    }

    /** Registers what {@code store} says of itself. */
    public static void watch(MeterRegistry registry, ResultStore store) {
        LookupGauges.gauge(
                registry,
                "gateway.store.up",
                "1 while the store can be read and written",
                store,
                watched -> watched.state().up() ? 1 : 0);
        LookupGauges.gauge(registry, "gateway.store.entries", "Results in the store", store, watched -> watched.state()
                .entries());
        LookupGauges.gauge(
                registry, "gateway.store.bytes", "What the store takes up on disk", store, watched -> watched.state()
                        .bytes());
    }

    @Override
    public void took(Operation operation, Duration took) {
        of(timers, operation).record(took);
    }

    @Override
    public void failed(Operation operation) {
        of(errors, operation).increment();
    }

    @Override
    public void wroteLate() {
        lateWrites.increment();
    }

    private static <T> T of(Map<Operation, T> meters, Operation operation) {
        T meter = meters.get(operation);
        if (meter == null) {
            throw new IllegalStateException("every operation has its meters");
        }
        return meter;
    }
}
