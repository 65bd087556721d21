package io.taskstatus.gateway.operations;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.CountAtBucket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.stream.StreamSupport;

/**
 * What the gateway did since it started and what it is doing, in totals that name no id and no team. All counts grow:
 * what happened in an interval is the difference of two summaries.
 *
 * @param requests by source
 * @param outcomes of requests: a status word, {@code not_modified} or an error code
 * @param attempts at the upstream, by outcome
 * @param latency of requests for a status; those that waited or streamed count in full
 * @param gauges what stands at this moment, by the metric's name; absent where nobody measures it
 */
record ConsoleSummary(
        String version,
        String runtime,
        Duration uptime,
        Map<String, Long> requests,
        Map<String, Long> outcomes,
        Map<String, Long> attempts,
        long callsAvoided,
        Latency latency,
        Latency upstreamLatency,
        Map<String, Double> gauges) {
    private static final String STATUS_PATH = "/task/function/execution-status";
    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<String> ANSWERED =
            Set.of("Success", "Running", "Indeterminate", "Error", "unknown", "execution_not_found");

    /**
     * A histogram: how many took at most each bucket's seconds, the buckets below included.
     *
     * @param seconds sum over all
     */
    record Latency(long count, double seconds, Map<Double, Long> buckets) {
        static Latency of(List<Timer> timers) {
            long count = 0;
            double seconds = 0;
            Map<Double, Long> buckets = new TreeMap<>();
            for (Timer timer : timers) {
                var snapshot = timer.takeSnapshot();
                count += snapshot.count();
                seconds += snapshot.total(TimeUnit.SECONDS);
                for (CountAtBucket bucket : snapshot.histogramCounts()) {
                    buckets.merge(bucket.bucket(TimeUnit.SECONDS), (long) bucket.count(), Long::sum);
                }
            }
            return new Latency(count, seconds, buckets);
        }
    }

    static ConsoleSummary of(MeterRegistry registry) {
        Map<String, List<Meter>> meters = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            meters.computeIfAbsent(nameOf(meter), name -> new ArrayList<>()).add(meter);
        }
        List<Meter> requests = meters.getOrDefault("gateway_requests", List.of());
        List<Meter> attempts = meters.getOrDefault("gateway_upstream", List.of());
        List<Meter> build = meters.getOrDefault("gateway_build_info", List.of());
        Map<String, Double> gauges = new TreeMap<>();
        meters.forEach((name, found) -> {
            OptionalDouble value = found.stream()
                    .mapToDouble(ConsoleSummary::valueOf)
                    .filter(Double::isFinite)
                    .max();
            value.ifPresent(finite -> gauges.put(name, finite));
        });
        return new ConsoleSummary(
                label(build, "version"),
                label(build, "runtime"),
                Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime()),
                totals(requests, "source", ConsoleSummary::valueOf),
                totals(requests, "outcome", ConsoleSummary::valueOf),
                totals(attempts, "outcome", meter -> meter instanceof Timer timer ? timer.count() : 0),
                Math.round(gauges.getOrDefault("gateway_upstream_calls_avoided", 0.0)),
                Latency.of(timers(meters.getOrDefault("http_server_requests", List.of()), STATUS_PATH)),
                Latency.of(timers(attempts, "")),
                gauges);
    }

    /** The metric's name in Prometheus without its unit and {@code _total}, however it was registered. */
    private static String nameOf(Meter meter) {
        return meter.getId().getName().replace('.', '_').replaceFirst("(_seconds)?(_total)?$", "");
    }

    private static double valueOf(Meter meter) {
        return StreamSupport.stream(meter.measure().spliterator(), false)
                .mapToDouble(measurement -> measurement.getValue())
                .findFirst()
                .orElse(Double.NaN);
    }

    private static String label(List<Meter> meters, String key) {
        String value = meters.isEmpty() ? null : meters.getFirst().getId().getTag(key);
        return value == null ? "" : value;
    }

    private static Map<String, Long> totals(List<Meter> meters, String label, ToDoubleFunction<Meter> count) {
        Map<String, Long> totals = new TreeMap<>();
        for (Meter meter : meters) {
            String value = meter.getId().getTag(label);
            totals.merge(value == null ? "" : value, Math.round(count.applyAsDouble(meter)), Long::sum);
        }
        return totals;
    }

    private static List<Timer> timers(List<Meter> meters, String path) {
        return meters.stream()
                .filter(Timer.class::isInstance)
                .map(Timer.class::cast)
                .filter(timer -> {
                    String uri = timer.getId().getTag("uri");
                    return path.isEmpty() || (uri != null && uri.startsWith(path));
                })
                .toList();
    }

    byte[] toJson() {
        var out = new ByteArrayOutputStream(2048);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField("version", version);
            json.writeStringField("runtime", runtime);
            json.writeNumberField("uptimeSeconds", uptime.toSeconds());
            write(json, "requests", requests);
            write(json, "outcomes", outcomes);
            json.writeNumberField("callsAvoided", callsAvoided);
            json.writeObjectFieldStart("upstream");
            long all = attempts.values().stream().mapToLong(Long::longValue).sum();
            long good = attempts.entrySet().stream()
                    .filter(attempt -> ANSWERED.contains(attempt.getKey()))
                    .mapToLong(Map.Entry::getValue)
                    .sum();
            json.writeNumberField("attempts", all);
            json.writeNumberField("errors", all - good);
            write(json, "outcomes", attempts);
            write(json, "latency", upstreamLatency);
            flag(json, "circuitOpen", "gateway_circuit_open");
            flag(json, "paused", "gateway_upstream_paused");
            gauge(json, "inFlight", "gateway_fetches_in_flight");
            gauge(json, "waiting", "gateway_fetches_waiting");
            json.writeEndObject();
            write(json, "latency", latency);
            gauge(json, "waiters", "gateway_waiters");
            json.writeObjectFieldStart("memory");
            gauge(json, "entries", "gateway_memory_entries");
            gauge(json, "bytes", "gateway_memory_bytes");
            json.writeEndObject();
            json.writeObjectFieldStart("store");
            flag(json, "up", "gateway_store_up");
            gauge(json, "entries", "gateway_store_entries");
            gauge(json, "bytes", "gateway_store_bytes");
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void write(JsonGenerator json, String field, Map<String, Long> totals) throws IOException {
        json.writeObjectFieldStart(field);
        for (var total : totals.entrySet()) {
            json.writeNumberField(total.getKey(), total.getValue());
        }
        json.writeEndObject();
    }

    private static void write(JsonGenerator json, String field, Latency latency) throws IOException {
        json.writeObjectFieldStart(field);
        json.writeNumberField("count", latency.count());
        json.writeNumberField("seconds", latency.seconds());
        json.writeArrayFieldStart("buckets");
        for (var bucket : latency.buckets().entrySet()) {
            json.writeStartArray();
            json.writeNumber(bucket.getKey());
            json.writeNumber(bucket.getValue());
            json.writeEndArray();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void gauge(JsonGenerator json, String field, String metric) throws IOException {
        if (gauges.containsKey(metric)) {
            json.writeNumberField(field, Math.round(gauges.get(metric)));
        } else {
            json.writeNullField(field);
        }
    }

    private void flag(JsonGenerator json, String field, String metric) throws IOException {
        if (gauges.containsKey(metric)) {
            json.writeBooleanField(field, gauges.get(metric) >= 0.5);
        } else {
            json.writeNullField(field);
        }
    }
}
