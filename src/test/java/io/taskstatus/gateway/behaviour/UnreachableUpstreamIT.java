package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rows of the error table that take another upstream: a name, a port and a certificate that are no good. */
@Execution(ExecutionMode.CONCURRENT)
@Order(1)
class UnreachableUpstreamIT {
    @TempDir
    Path folder;

    private GatewayProcess before(String url, String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "-Dgateway.upstream.url=" + url,
                "-Dgateway.upstream.connect-timeout=5s",
                "-Dgateway.upstream.attempt-timeout=8s",
                "-Dgateway.upstream.deadline=15s",
                "-Dgateway.store.path=" + folder));
        all.addAll(List.of(options));
        return GatewayProcess.start(all.toArray(String[]::new));
    }

    private static Response get(GatewayProcess gateway, String id) {
        return given().get("http://127.0.0.1:" + gateway.port() + "/task/function/execution-status/" + id);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://upstream.invalid", "http://127.0.0.1:1"})
    void aNameThatDoesNotResolveAndAPortThatRefusesAreUnreachableAndTheGatewayIsReady(String url) throws IOException {
        try (GatewayProcess gateway = before(url, "-Dgateway.upstream.deadline=4s")) {
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
    void theCircuitOpensAfterTwentyFailedAttemptsAndTheGatewayStaysReadyWithoutAStoreToo() throws Exception {
        Path noFolder = Files.createFile(folder.resolve("no-folder"));
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = before(upstream.url(), "-Dgateway.store.path=" + noFolder)) {
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
            Response ready = given().get("http://127.0.0.1:" + gateway.managementPort() + "/q/health/ready");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(ready.jsonPath().getList("checks.status")).containsOnly("UP");
            assertThat(ready.jsonPath().getBoolean("checks.find { it.name == 'upstream' }.data.circuitOpen"))
                    .isTrue();
            assertThat(ready.jsonPath().getBoolean("checks.find { it.name == 'store' }.data.up"))
                    .isFalse();
            assertThat(gateway.metric("gateway_store_up")).isZero();
            assertThat(gateway.metric("gateway_circuit_open")).isOne();
            upstream.otherwise(FakeUpstream.says(FakeUpstream.SUCCESS));
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> get(gateway, "e-20").statusCode() == 200);
        }
    }

    @Test
    void whereThereIsNoRoomInTheLineTheAnswerIsOverloaded() throws Exception {
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = before(
                        upstream.url(),
                        "-Dgateway.upstream.max-concurrent=1",
                        "-Dgateway.upstream.max-waiting=1",
                        "-Dgateway.freshness.running=10ms");
                RawClient fetching = new RawClient(gateway.port());
                RawClient inLine = new RawClient(gateway.port())) {
            upstream.says("kept", FakeUpstream.SUCCESS);
            upstream.says("running", FakeUpstream.RUNNING);
            get(gateway, "kept");
            get(gateway, "running");
            upstream.says("held", FakeUpstream.SUCCESS);
            upstream.says("in-line", FakeUpstream.SUCCESS);
            FakeUpstream.Gate gate = upstream.holds("held");
            fetching.ask("GET", Gateway.PATH + "held");
            await().until(() -> gate.arrivals() == 1);
            inLine.ask("GET", Gateway.PATH + "in-line");
            await().until(() -> gateway.metric("gateway_fetches_waiting") == 1);

            Response overloaded = get(gateway, "e-1");

            assertThat(overloaded.statusCode()).isEqualTo(503);
            assertThat(overloaded.jsonPath().getString("code")).isEqualTo("overloaded");
            assertThat(overloaded.jsonPath().getBoolean("retryable")).isTrue();
            assertThat(overloaded.header("Retry-After")).isEqualTo("1");
            assertThat(overloaded.header("Cache-Status")).isNull();
            assertThat(get(gateway, "kept").statusCode()).isEqualTo(200);
            assertThat(get(gateway, "running").header("Cache-Status"))
                    .matches("task-status-gateway; hit; ttl=-\\d+; detail=stale-if-error");
            gate.release();
            assertThat(fetching.answer(Duration.ofSeconds(10))).startsWith("HTTP/1.1 200");
            assertThat(inLine.answer(Duration.ofSeconds(10))).startsWith("HTTP/1.1 200");
            assertThat(get(gateway, "e-1").jsonPath().getString("code")).isEqualTo("execution_not_found");
        }
    }
}
