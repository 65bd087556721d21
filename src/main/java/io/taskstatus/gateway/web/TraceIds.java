package io.taskstatus.gateway.web;

import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.http.HttpServerRequest;
import java.util.Optional;

/** Which trace a request belongs to: its own span's with tracing on, else that of the client's {@code traceparent}. */
final class TraceIds {
    private TraceIds() {}

    /** The W3C trace id, for whoever handles {@code request} on its own context. */
    static Optional<String> of(HttpServerRequest request) {
        SpanContext span = Span.current().getSpanContext();
        return span.isValid()
                ? Optional.of(span.getTraceId())
                : RequestDirectives.traceparent(request.headers().getAll("traceparent"))
                        .map(RequestDirectives::traceIdOf);
    }
}
