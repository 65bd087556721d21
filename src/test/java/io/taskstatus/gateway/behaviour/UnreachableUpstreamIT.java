package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rows of the error table that take another upstream: a name, a port and a certificate that are no good. */
class UnreachableUpstreamIT {
    @TempDir
    Path folder;

    private GatewayProcess before(String url) throws IOException {
        return GatewayProcess.start(
                "-Dgateway.upstream.url=" + url,
                "-Dgateway.upstream.connect-timeout=5s",
                "-Dgateway.upstream.attempt-timeout=8s",
                "-Dgateway.upstream.deadline=15s",
                "-Dgateway.store.path=" + folder);
    }

    private static Response get(GatewayProcess gateway, String id) {
        return given().get("http://127.0.0.1:" + gateway.port() + "/task/function/execution-status/" + id);
    }

    @Test
    void aNameThatDoesNotResolveIsUnreachableAndTheGatewayIsReady() throws IOException {
        try (GatewayProcess gateway = before("http://upstream.invalid")) {
            Response problem = get(gateway, "e-1");
            assertThat(problem.statusCode()).isEqualTo(503);
            assertThat(problem.jsonPath().getString("code")).isEqualTo("upstream_unreachable");
        }
    }

    @Test
    void aCertificateThatNobodyTrustsIsRefused() throws Exception {
        FakeUpstream.Certificate certificate = FakeUpstream.Certificate.valid(folder);
        try (FakeUpstream upstream = FakeUpstream.startSecure(certificate);
                GatewayProcess gateway = before(upstream.url())) {
            Response problem = get(gateway, "e-1");
            assertThat(problem.statusCode()).isEqualTo(502);
            assertThat(problem.jsonPath().getString("code")).isEqualTo("upstream_tls");
            assertThat(problem.jsonPath().getBoolean("retryable")).isFalse();
            assertThat(upstream.fetches()).isZero();
        }
    }

    @Test
    void theCircuitOpensAfterTwentyFailedAttempts() throws IOException {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = before(upstream.url())) {
            upstream.otherwise(FakeUpstream.status(501));
            for (int i = 0; i < 20; i++) {
                assertThat(get(gateway, "e-" + i).jsonPath().getString("code")).isEqualTo("upstream_error");
            }
            Response open = get(gateway, "e-20");
            assertThat(open.statusCode()).isEqualTo(503);
            assertThat(open.jsonPath().getString("code")).isEqualTo("circuit_open");
            assertThat(Integer.parseInt(open.header("Retry-After"))).isBetween(1, 10);
            assertThat(open.header("Cache-Status")).isNull();
            assertThat(upstream.fetchesOf("e-20")).isZero();
            upstream.otherwise(FakeUpstream.says(FakeUpstream.SUCCESS));
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> get(gateway, "e-20").statusCode() == 200);
        }
    }
}
