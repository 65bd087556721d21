package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door lets a client do at most. Clients may be silent for 2 s here, in place of 75 s. */
class DoorIT {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KNOWN = Gateway.PATH + "known";

    private static FakeUpstream upstream;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        upstream = FakeUpstream.start();
        upstream.says("known", SUCCESS);
        gateway = GatewayProcess.start(
                "-Dgateway.upstream.url=" + upstream.url(),
                "-Dgateway.store.kind=none",
                "-Dquarkus.http.idle-timeout=2s",
                "-Dquarkus.http.cors.origins=https://allowed.example");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    private static String answerTo(String request) throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            return client.send(request).answer(PATIENCE);
        }
    }

    private static String answerTo(int port, String method, String target, String... headers) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return client.ask(method, target, headers).answer(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: gateway\r\nX-Slow: "})
    void aClientThatSaysNoMoreIsCutOff(String beginning) throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            assertThat(client.send(beginning).isCut(PATIENCE)).isTrue();
        }
    }

    @Test
    void aClientThatDripsItsHeadIsCutOffAllTheSame() throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            client.send("GET / HTTP/1.1\r\nHost: gateway\r\n");
            await().atMost(PATIENCE).until(() -> {
                if (client.isCut(Duration.ofMillis(300))) {
                    return true;
                }
                client.send("X-Drip: 1\r\n");
                return false;
            });
        }
    }

    @Test
    void manyWhoSayNothingKeepNobodyOut() throws IOException {
        List<RawClient> silent = new ArrayList<>();
        try {
            for (int i = 0; i < 2_000; i++) {
                silent.add(new RawClient(gateway.port()).send("GET / HT"));
            }
            assertThat(answerTo(gateway.port(), "GET", KNOWN)).startsWith("HTTP/1.1 200");
        } finally {
            for (RawClient client : silent) {
                client.close();
            }
        }
    }

    @Test
    void headsThatAreTooLargeAreRefused() throws IOException {
        assertThat(answerTo(gateway.port(), "GET", KNOWN, "X-Large: " + "a".repeat(30_000)))
                .startsWith("HTTP/1.1 431");
        assertThat(answerTo(gateway.port(), "GET", Gateway.PATH + "a".repeat(5_000)))
                .contains(" 414 ");
    }

    @Test
    void whatBreaksHttpGetsABareStatus() throws IOException {
        assertThat(answerTo("GET " + KNOWN + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 400")
                .endsWith("\r\n\r\n");
        assertThat(answerTo("GET " + KNOWN + " HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
        assertThat(answerTo("GET " + KNOWN
                        + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void aBodyThatNobodyAskedForChangesNothing() throws IOException {
        try (RawClient client = new RawClient(gateway.port())) {
            client.ask("GET", KNOWN, "Content-Length: 5").send("hello");
            assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 200");
            assertThat(client.ask("GET", KNOWN).answer(PATIENCE)).startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/q/metrics",
                "/q/health",
                "/q/health/ready",
                "/admin/results",
                "/admin/results/known",
                "/q/openapi"
            })
    void nothingOfTheManagementPortIsPublic(String path) throws IOException {
        assertThat(answerTo(gateway.port(), "GET", path))
                .startsWith("HTTP/1.1 404")
                .contains("route_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {KNOWN, "/", "/console/", "/console/summary", "/openapi"})
    void nothingPublicIsOnTheManagementPort(String path) throws IOException {
        assertThat(answerTo(gateway.managementPort(), "GET", path)).startsWith("HTTP/1.1 404");
    }

    @Test
    void whereAccessIsOpenAuthorizationIsNeverLookedAt() throws IOException {
        for (String authorization : List.of("Bearer a.b.c", "Basic eHl6", "Bearer")) {
            assertThat(answerTo(gateway.port(), "GET", KNOWN, "Authorization: " + authorization))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void pagesOfAnAllowedOriginMayReadAnswersAndNoOthers() throws IOException {
        assertThat(answerTo(gateway.port(), "GET", KNOWN, "Origin: https://allowed.example"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("access-control-allow-origin: https://allowed.example")
                .containsIgnoringCase("vary: Accept")
                .containsIgnoringCase("vary: Origin")
                .containsIgnoringCase("access-control-expose-headers:")
                .doesNotContainIgnoringCase("access-control-allow-credentials: true");
        assertThat(answerTo(gateway.port(), "GET", KNOWN, "Origin: https://other.example"))
                .doesNotContainIgnoringCase("access-control-allow-origin");
        assertThat(answerTo(gateway.port(), "GET", KNOWN))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("vary: Origin")
                .doesNotContainIgnoringCase("access-control-allow-origin");
        assertThat(answerTo(
                        gateway.port(),
                        "OPTIONS",
                        KNOWN,
                        "Origin: https://allowed.example",
                        "Access-Control-Request-Method: GET",
                        "Access-Control-Request-Headers: authorization, prefer"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("access-control-allow-headers: authorization")
                .containsIgnoringCase("access-control-max-age: 3600");
    }
}
