package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Quarkus' own settings reach the way to the upstream: the numbers of fault tolerance, and an egress proxy. */
class OverriddenNumbersIT extends Gateway {
    /** The upstream has a name that nobody but the proxy can resolve. */
    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.upstream.url", "http://upstream.invalid");
        settings.put("gateway.freshness.error", "1ms");
        settings.put("quarkus.proxy.host", "127.0.0.1");
        settings.put("quarkus.proxy.port", Integer.toString(upstream.port()));
        settings.put(GUARD + "circuit-breaker.request-volume-threshold", "4");
        settings.put(GUARD + "circuit-breaker.delay", "1500");
        settings.put(GUARD + "circuit-breaker.delay-unit", "millis");
        settings.put("quarkus.fault-tolerance.global.retry.max-retries", "1");
        return settings;
    }

    @Test
    void theProxyIsAskedInPlaceOfTheUpstreamAndTheNumbersAreTheOperators() {
        String id = anyId();
        String bad = anyId();
        upstream.says(id, RUNNING);
        upstream.answers(bad, status(502));
        assertThat(get(id).asString()).contains(RUNNING);
        assertThat(upstream.requestsOf(id)).hasSize(1).first().satisfies(request -> {
            assertThat(request.target()).isEqualTo("http://upstream.invalid" + FakeUpstream.PATH + id);
            assertThat(request.header("host")).isEqualTo("upstream.invalid");
        });

        // the request that warms up was a good attempt, as the one for the id: two bad ones are half of four
        assertThat(code(get(bad))).isEqualTo("upstream_error");
        assertThat(upstream.fetchesOf(bad)).isEqualTo(2);
        Response refused = get(anyId());
        assertThat(code(refused)).isEqualTo("circuit_open");
        assertThat(refused.header("Retry-After")).isIn("1", "2");

        String probe = anyId();
        upstream.answers(probe, status(501));
        await().until(() -> code(get(probe)), "upstream_error"::equals);
        assertThat(code(get(anyId()))).isEqualTo("circuit_open");
        String good = anyId();
        upstream.says(good, RUNNING);
        await().until(() -> get(good).statusCode() == 200);
        assertThat(code(get(anyId()))).isEqualTo("execution_not_found");
    }

    private static String code(Response response) {
        return response.jsonPath().getString("code");
    }
}
