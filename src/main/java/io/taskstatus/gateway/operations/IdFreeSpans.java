package io.taskstatus.gateway.operations;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/**
 * Keeps execution ids out of traces: an id is as good as a password, and the framework's spans hold the path or URL of each
 * request. Quarkus gives every span to every {@link SpanProcessor} bean at its start, before any exporter sees it.
 */
@Singleton
public final class IdFreeSpans implements SpanProcessor {
    /** The status endpoint, as spans name it. */
    static final String STATUS = "/task/function/execution-status/{executionId}";

    private static final List<String> TEMPLATES = List.of(STATUS, "/admin/results/{executionId}");
    private static final String CONSOLE = "/console";
    /** What stands in a span as it was sent; a mistyped path may hold an id anywhere. */
    private static final Set<String> HARMLESS = Set.of("/", "/openapi", "/admin/results");

    private static final String ANYTHING_ELSE = "/*";
    private static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
    private static final AttributeKey<String> URL_QUERY = AttributeKey.stringKey("url.query");

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        String path = span.getAttribute(URL_PATH);
        if (path != null) {
            span.setAttribute(URL_PATH, placeOf(path));
        }
        String url = span.getAttribute(URL_FULL);
        if (url != null) {
            span.setAttribute(URL_FULL, withoutId(url));
        }
        if (span.getAttribute(URL_QUERY) != null) {
            span.setAttribute(URL_QUERY, "");
        }
        span.updateName(withoutId(span.getName()));
    }

    private static String placeOf(String path) {
        if (path.startsWith(CONSOLE + "/")) {
            return CONSOLE;
        }
        String clean = withoutId(path);
        return TEMPLATES.contains(clean) || HARMLESS.contains(clean) ? clean : ANYTHING_ELSE;
    }

    /** All that comes after a path's fixed part goes: what stands there was sent by a client. */
    private static String withoutId(String text) {
        for (String template : TEMPLATES) {
            String fixed = template.substring(0, template.indexOf('{'));
            int start = text.indexOf(fixed);
            if (start >= 0) {
                return text.substring(0, start) + template;
            }
        }
        return text;
    }

    @Override
    public boolean isStartRequired() {
        return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
        return false;
    }
}
