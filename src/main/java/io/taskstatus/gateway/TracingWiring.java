package io.taskstatus.gateway;

import io.opentelemetry.context.Context;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.operations.TracedAnswers;
import jakarta.inject.Singleton;
import java.util.concurrent.Executor;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** What tracing adds where it is on ({@code quarkus.otel.sdk.disabled=false}); where it is off, nothing is in anybody's way. */
@Singleton
final class TracingWiring {
    private final boolean off;

    TracingWiring(@ConfigProperty(name = "quarkus.otel.sdk.disabled") boolean off) {
        this.off = off;
    }

    boolean isOff() {
        return off;
    }

    /** {@code threads}, whose work belongs to the trace of whoever gave it to them. */
    Executor carrying(Executor threads) {
        return off ? threads : Context.taskWrapping(threads);
    }

    LookupObserver telling(LookupObserver observer) {
        return off ? observer : new TracedAnswers(observer);
    }
}
