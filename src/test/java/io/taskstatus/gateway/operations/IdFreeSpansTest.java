package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.junit.jupiter.api.Test;

/** Whatever a span is given at its start, no id is left in it. */
class IdFreeSpansTest {
    private static final String PATH = "/task/function/execution-status/";
    private static final String ID = "abf5e6d2-f72d-4324-a046-bc6e9f27b303";

    @Test
    void neitherNameNorAddressHoldsTheId() {
        ReadableSpan span = started("GET " + PATH + ID, "url.path", PATH + ID);
        ReadableSpan call = started("GET", "url.full", "https://run.example/beta" + PATH + ID + "?a=b");

        assertThat(span.getName()).isEqualTo("GET " + PATH + "{executionId}");
        assertThat(span.getAttribute(AttributeKey.stringKey("url.path"))).isEqualTo(PATH + "{executionId}");
        assertThat(call.getAttribute(AttributeKey.stringKey("url.full")))
                .isEqualTo("https://run.example/beta" + PATH + "{executionId}");
    }

    @Test
    void theQueryIsLeftOutAndOtherPathsStay() {
        ReadableSpan span = started("GET /openapi", "url.path", "/openapi");
        ReadableSpan query = started("GET", "url.query", "token=" + ID);

        assertThat(span.getName()).isEqualTo("GET /openapi");
        assertThat(span.getAttribute(AttributeKey.stringKey("url.path"))).isEqualTo("/openapi");
        assertThat(query.getAttribute(AttributeKey.stringKey("url.query"))).isEmpty();
    }

    @Test
    void aMistypedPathMayHoldAnIdAnywhereAndLeavesAltogether() {
        for (String path : new String[] {"/Task/function/execution-status/" + ID, "/" + ID, "/consoles/" + ID}) {
            assertThat(pathOf(path)).isEqualTo("/*");
        }
        assertThat(pathOf("/console/" + ID)).isEqualTo("/console");
        assertThat(pathOf("/admin/results/" + ID)).isEqualTo("/admin/results/{executionId}");
        assertThat(pathOf("/admin/results")).isEqualTo("/admin/results");
    }

    private static String pathOf(String path) {
        return String.valueOf(started("GET", "url.path", path).getAttribute(AttributeKey.stringKey("url.path")));
    }

    private static ReadableSpan started(String name, String attribute, String value) {
        try (SdkTracerProvider tracing =
                SdkTracerProvider.builder().addSpanProcessor(new IdFreeSpans()).build()) {
            Span span = tracing.get("test")
                    .spanBuilder(name)
                    .setAttribute(attribute, value)
                    .startSpan();
            span.end();
            return (ReadableSpan) span;
        }
    }
}
