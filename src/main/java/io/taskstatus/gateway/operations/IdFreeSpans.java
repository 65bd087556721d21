package io.taskstatus.gateway.operations;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import jakarta.inject.Singleton;

/**
 * Keeps execution ids out of traces: an id is as good as a password, and the framework's spans hold the path or URL of each
 * request. Quarkus gives every span to every {@link SpanProcessor} bean at its start, before any exporter sees it.
 */
@Singleton
public final class IdFreeSpans implements SpanProcessor {
    private static final String PATH = "/task/function/execution-status/";
    private static final String TEMPLATE = PATH + "{executionId}";
    private static final AttributeKey<String> URL_PATH = AttributeKey.stringKey("url.path");
    private static final AttributeKey<String> URL_FULL = AttributeKey.stringKey("url.full");
    private static final AttributeKey<String> URL_QUERY = AttributeKey.stringKey("url.query");

    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
        clean(span, URL_PATH);
        clean(span, URL_FULL);
        if (span.getAttribute(URL_QUERY) != null) {
            span.setAttribute(URL_QUERY, "");
        }
        String name = span.getName();
        if (name.contains(PATH)) {
            span.updateName(withoutId(name));
        }
    }

    private static void clean(ReadWriteSpan span, AttributeKey<String> key) {
        String value = span.getAttribute(key);
        if (value != null && value.contains(PATH)) {
            span.setAttribute(key, withoutId(value));
        }
    }

    /** All that comes after the path's fixed part goes: what stands there was sent by a client. */
    private static String withoutId(String text) {
        return text.substring(0, text.indexOf(PATH)) + TEMPLATE;
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
