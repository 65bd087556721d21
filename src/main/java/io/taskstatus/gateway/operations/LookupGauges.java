package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.taskstatus.gateway.lookup.Holdings;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.UpstreamState;
import java.util.function.ToDoubleFunction;

/** What the lookup holds and who waits, as gauges. */
public final class LookupGauges {
    private LookupGauges() {}

    /** Registers them all. */
    public static void register(
            MeterRegistry registry, Holdings holdings, PatientLookup patience, UpstreamState upstream, String version) {
        gauge(
                registry,
                "gateway.waiters",
                "Requests and streams waiting for a change",
                patience,
                PatientLookup::waiters);
        gauge(registry, "gateway.fetches.in.flight", "Fetches under way", upstream, UpstreamState::fetchesInFlight);
        gauge(registry, "gateway.fetches.waiting", "Fetches in line", upstream, UpstreamState::fetchesWaiting);
        gauge(
                registry,
                "gateway.circuit.open",
                "1 while the circuit is open",
                upstream,
                state -> state.isCircuitOpen() ? 1 : 0);
        gauge(
                registry,
                "gateway.upstream.paused",
                "1 while the upstream's pause lasts",
                upstream,
                state -> state.isPaused() ? 1 : 0);
        gauge(registry, "gateway.memory.entries", "Ids in memory", holdings, Holdings::memoryEntries);
        gauge(registry, "gateway.memory.bytes", "Weight of what memory holds", holdings, Holdings::memoryBytes);
        FunctionCounter.builder("gateway.memory.evictions", holdings, Holdings::memoryEvictions)
                .description("Entries that left memory for want of room")
                .register(registry);
        Gauge.builder("gateway.build.info", () -> 1)
                .description("Always 1; the labels tell what runs")
                .tag("version", version)
                .tag("runtime", runtime())
                .register(registry);
    }

    /** {@code native} in a native executable, else {@code jvm}. */
    static String runtime() {
        return System.getProperty("org.graalvm.nativeimage.imagecode") == null ? "jvm" : "native";
    }

    static <T> void gauge(
            MeterRegistry registry, String name, String description, T subject, ToDoubleFunction<T> value) {
        Gauge.builder(name, subject, value)
                .description(description)
                .strongReference(true)
                .register(registry);
    }
}
