package io.taskstatus.gateway.operations;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import io.opentelemetry.instrumentation.api.semconv.http.HttpServerRoute;
import io.opentelemetry.instrumentation.api.semconv.http.HttpServerRouteSource;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;

/** With tracing on: each request's span says what was answered and from where, in the metrics' own words. */
public final class TracedAnswers implements LookupObserver {
    static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("gateway.outcome");
    static final AttributeKey<String> SOURCE = AttributeKey.stringKey("gateway.source");

    private final LookupObserver next;

    /** @param next is told everything, too */
    public TracedAnswers(LookupObserver next) {
        this.next = next;
    }

    @Override
    public void answered(Provenance provenance, String outcome, String team) {
        Context context = Context.current();
        Span.fromContext(context)
                .setAttribute(OUTCOME, outcome)
                .setAttribute(SOURCE, provenance.outcome().word());
        if (!outcome.equals(FailureReason.ROUTE_NOT_FOUND.code())) {
            // the framework names a span after a resource's method, and few answers come from one
            HttpServerRoute.update(context, HttpServerRouteSource.CONTROLLER, IdFreeSpans.STATUS);
        }
        next.answered(provenance, outcome, team);
    }

    @Override
    public void attempted(String outcome, Duration took) {
        next.attempted(outcome, took);
    }

    @Override
    public void unkept(String reason) {
        next.unkept(reason);
    }

    @Override
    public void conflict() {
        next.conflict();
    }

    @Override
    public void settled(VerificationStatus status, Duration running) {
        next.settled(status, running);
    }

    @Override
    public void panicked(Throwable panic) {
        next.panicked(panic);
    }
}
