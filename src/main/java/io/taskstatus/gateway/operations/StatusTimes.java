package io.taskstatus.gateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.quarkus.micrometer.runtime.binder.HttpCommonTags;
import io.vertx.core.http.HttpMethod;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * The framework's {@code http.server.requests} for the status endpoint, without what it costs there: the framework makes
 * four tags, sorts them and looks its timer up for each request, which is a twentieth of a hit. Here that is done once for
 * each method and status. The framework leaves this path out ({@code quarkus.micrometer.binder.http-server.ignore-patterns}).
 */
public final class StatusTimes {
    private static final int STATUSES = 600;

    private final MeterRegistry registry;
    /** By status: nearly all requests are GETs. */
    private final AtomicReferenceArray<Timer> gets = new AtomicReferenceArray<>(STATUSES);

    public StatusTimes(MeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Counts one request.
     *
     * @param nanos from the request's head to the end of its response
     */
    public void took(HttpMethod method, int status, long nanos) {
        timer(method, status).record(nanos, TimeUnit.NANOSECONDS);
    }

    private Timer timer(HttpMethod method, int status) {
        if (!HttpMethod.GET.equals(method) || status >= STATUSES) {
            return register(method, status);
        }
        Timer known = gets.get(status);
        if (known == null) {
            known = register(method, status);
            gets.set(status, known);
        }
        return known;
    }

    private Timer register(HttpMethod method, int status) {
        return Timer.builder(HttpMetrics.REQUESTS)
                .description("HTTP server request processing time")
                .tags("method", method.name(), "uri", HttpMetrics.STATUS_PATH)
                .tags(Tags.of(HttpCommonTags.outcome(status), HttpCommonTags.status(status)))
                .register(registry);
    }
}
