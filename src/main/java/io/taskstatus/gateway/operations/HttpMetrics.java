package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;
import java.util.stream.StreamSupport;

/** Keeps the framework's own request metrics bounded, and gives them buckets. */
@Singleton
public class HttpMetrics {
    static final String REQUESTS = "http.server.requests";
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE");
    /** The one path of the status endpoint, whatever the id. */
    static final String STATUS_PATH = "/task/function/execution-status/{executionId}";

    private static final Set<String> PATHS =
            Set.of(STATUS_PATH, "/", "/console", "/openapi", "root", "UNKNOWN", "NOT_FOUND");

    @Produces
    @Singleton
    MeterFilter bounded() {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().startsWith("http.server") ? id.replaceTags(bounded(id.getTags())) : id;
            }

            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().equals(REQUESTS)
                        ? DistributionStatisticConfig.builder()
                                .serviceLevelObjectives(Buckets.LATENCY_NANOS)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    /** An invented method or path is no label of its own. */
    private static Iterable<Tag> bounded(Iterable<Tag> tags) {
        List<Tag> bounded = StreamSupport.stream(tags.spliterator(), false)
                .map(tag -> switch (tag.getKey()) {
                    case "method" -> METHODS.contains(tag.getValue()) ? tag : Tag.of("method", "OTHER");
                    case "uri" -> PATHS.contains(tag.getValue()) ? tag : Tag.of("uri", "OTHER");
                    default -> tag;
                })
                .toList();
        return bounded;
    }
}
