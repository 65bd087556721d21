package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the door lets a client do at most. Clients may be silent for 2 s here, in place of 75 s. */
class DoorIT extends Gateway {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String KNOWN = PATH + "known";

    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.store.kind", "none");
        settings.put("quarkus.http.idle-timeout", "2s");
        settings.put("quarkus.http.cors.origins", "https://allowed.example");
        return settings;
    }

    @BeforeAll
    void know() {
        upstream.says("known", SUCCESS);
    }

    private String answerTo(String request) throws IOException {
        try (RawClient client = new RawClient(port())) {
            return client.send(request).answer(PATIENCE);
        }
    }

    private String answerTo(int port, String method, String target, String... headers) throws IOException {
        try (RawClient client = new RawClient(port)) {
            return client.ask(method, target, headers).answer(PATIENCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: gateway\r\nX-Slow: "})
    void aClientThatSaysNoMoreIsCutOff(String beginning) throws IOException {
        try (RawClient client = new RawClient(port())) {
            assertThat(client.send(beginning).isCut(PATIENCE)).isTrue();
        }
    }

    @Test
    void aClientThatDripsItsHeadIsCutOffAllTheSame() throws IOException {
        try (RawClient client = new RawClient(port())) {
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
                silent.add(new RawClient(port()).send("GET / HT"));
            }
            assertThat(answerTo(port(), "GET", KNOWN)).startsWith("HTTP/1.1 200");
        } finally {
            for (RawClient client : silent) {
                client.close();
            }
        }
    }

    @Test
    void headsThatAreTooLargeAreRefused() throws IOException {
        assertThat(answerTo(port(), "GET", KNOWN, "X-Large: " + "a".repeat(30_000)))
                .startsWith("HTTP/1.1 431");
        assertThat(answerTo(port(), "GET", PATH + "a".repeat(5_000))).contains(" 414 ");
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
        try (RawClient client = new RawClient(port())) {
            client.ask("GET", KNOWN, "Content-Length: 5").send("hello");
            assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 200");
            assertThat(client.ask("GET", KNOWN).answer(PATIENCE)).startsWith("HTTP/1.1 200");
        }
    }

    private static final String LARGE = "Content-Length: 1000000000";
    private static final String CHUNKED = "Transfer-Encoding: chunked";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";

    /** Sends a body without end until the gateway ends the connection; answers what came meanwhile. */
    private String answerToFlood(int port, String method, String target, String... headers)
            throws IOException, InterruptedException {
        boolean chunks = List.of(headers).contains(CHUNKED);
        String piece = "a".repeat(16_384);
        String flood = chunks ? Integer.toHexString(piece.length()) + "\r\n" + piece + "\r\n" : piece;
        try (RawClient client = new RawClient(port)) {
            client.ask(method, target, headers);
            Thread sender = Thread.ofVirtual().start(() -> client.repeat(flood));
            String answer = client.answer(PATIENCE);
            assertThat(client.isCut(PATIENCE))
                    .as("%s %s is cut off", method, target)
                    .isTrue();
            sender.join();
            return answer;
        }
    }

    private record Flood(String method, String target, String status, List<String> headers) {}

    private void isStemmed(Flood flood) throws IOException, InterruptedException {
        assertThat(answerToFlood(
                        port(), flood.method(), flood.target(), flood.headers().toArray(String[]::new)))
                .as("%s", flood)
                .startsWith("HTTP/1.1 " + flood.status());
    }

    @Test
    void aBodyWithoutEndGetsAnAnswerAndThenTheEndOfTheConnection() throws Exception {
        List<Flood> floods = new ArrayList<>();
        for (List<String> headers : List.of(List.of(LARGE), List.of(CHUNKED), List.of(CHUNKED, FORM))) {
            floods.add(new Flood("GET", KNOWN, "200", headers));
            floods.add(new Flood("HEAD", KNOWN, "200", headers));
            floods.add(new Flood("POST", KNOWN, "405", headers));
            floods.add(new Flood("OPTIONS", KNOWN, "200", headers));
            floods.add(new Flood("GET", PATH + "unknown", "404", headers));
            floods.add(new Flood("GET", PATH + "%00", "400", headers));
            for (String page : List.of("/", "/console/summary", "/openapi")) {
                floods.add(new Flood("GET", page, "200", headers));
            }
            floods.add(new Flood("GET", "/elsewhere", "404", headers));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> all = new ArrayList<>();
            for (Flood flood : floods) {
                all.add(threads.submit(() -> {
                    isStemmed(flood);
                    return null;
                }));
            }
            for (Future<Void> one : all) {
                one.get();
            }
        }
    }

    @Test
    void aBodyThatIsAnnouncedAndNeverComesEndsTheConnection() throws IOException {
        try (RawClient client = new RawClient(port())) {
            assertThat(client.ask("GET", KNOWN, LARGE).answer(PATIENCE)).startsWith("HTTP/1.1 200");
            assertThat(client.isCut(PATIENCE)).isTrue();
        }
    }

    @Test
    void aBodyInChunksThatEndsKeepsTheConnection() throws IOException {
        try (RawClient client = new RawClient(port())) {
            client.ask("GET", KNOWN, CHUNKED).send("5\r\nhello\r\n0\r\n\r\n");
            assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 200");
            assertThat(client.ask("GET", KNOWN).answer(PATIENCE)).startsWith("HTTP/1.1 200");
        }
    }

    private static String frame(int type, int flags, int stream, String payload) {
        return "\0" + (char) (payload.length() >> 8) + (char) (payload.length() & 0xff) + (char) type + (char) flags
                + "\0\0" + (char) (stream >> 8) + (char) (stream & 0xff) + payload;
    }

    /** RFC 9113, sections 3.4 and 6.5. */
    private static final String HTTP_2 = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, 0, "");

    /** A GET (RFC 9113, section 6.2; RFC 7541, section 6.2.2 and appendix A). */
    private static String get(int stream, String path) {
        return frame(1, 5, stream, "\u0082\u0086\u0004" + (char) path.length() + path + "\u0001\u0007gateway");
    }

    private static String reset(int stream) {
        return frame(3, 0, stream, "\0\0\0\u0008");
    }

    @Test
    void aFloodOfResetsEndsTheConnection() throws IOException {
        FakeUpstream.Gate gate = upstream.holds("held");
        upstream.says("held", SUCCESS);
        StringBuilder flood = new StringBuilder(HTTP_2);
        for (int stream = 1; stream < 2 * 300; stream += 2) {
            flood.append(get(stream, PATH + "held")).append(reset(stream));
        }
        try (RawClient client = new RawClient(port())) {
            assertThat(client.send(flood.toString()).everything(PATIENCE))
                    .as("a GOAWAY frame that says ENHANCE_YOUR_CALM")
                    .contains("\0\0\0\u000b");
        } finally {
            gate.release();
        }
        assertThat(upstream.fetchesOf("held")).isLessThanOrEqualTo(1);
        assertThat(answerTo(port(), "GET", KNOWN)).startsWith("HTTP/1.1 200");
    }

    @Test
    void aBodyWithoutEndGetsAnAnswerInHttp2Too() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest.Builder known = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + KNOWN))
                    .timeout(PATIENCE);
            HttpResponse<String> plain = client.send(known.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(plain.version()).isEqualTo(HttpClient.Version.HTTP_2);
            HttpRequest flood = known.method("GET", HttpRequest.BodyPublishers.ofInputStream(Endless::new))
                    .build();
            assertThat(client.send(flood, HttpResponse.BodyHandlers.ofString()).statusCode())
                    .isEqualTo(200);
        }
    }

    private static final class Endless extends InputStream {
        @Override
        public int read() {
            return 'a';
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {FORM, "Content-Type: multipart/form-data; boundary=x", "Content-Type: text/plain"})
    void whoHasNoTokenIsRefusedBeforeABodyIsRead(String type) throws IOException {
        try (RawClient client = new RawClient(process.managementPort())) {
            client.ask("POST", "/admin/results", LARGE, type);
            assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 401").contains("unauthorized");
        }
    }

    @Test
    void anImportThatIsTooLargeIsRefusedWhateverItClaimsToBe() throws IOException {
        String operator = "Authorization: Bearer " + ADMIN_TOKEN;
        for (String length : List.of(LARGE, CHUNKED)) {
            try (RawClient client = new RawClient(process.managementPort())) {
                client.ask("POST", "/admin/results", length, FORM, operator);
                Thread.ofVirtual().start(() -> client.repeat("4000\r\n" + "a".repeat(16_384) + "\r\n"));
                assertThat(client.answer(PATIENCE)).startsWith("HTTP/1.1 413").contains("import_too_large");
            }
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
        assertThat(answerTo(port(), "GET", path)).startsWith("HTTP/1.1 404").contains("route_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {KNOWN, "/", "/console/", "/console/summary", "/openapi"})
    void nothingPublicIsOnTheManagementPort(String path) throws IOException {
        assertThat(answerTo(process.managementPort(), "GET", path)).startsWith("HTTP/1.1 404");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/results/%zz", "/%", "/q/metrics/%1"})
    void whatIsNoUriLeavesNoStackTraceInTheLogOfEitherPort(String target) throws IOException {
        for (int port : List.of(port(), process.managementPort())) {
            assertThat(answerTo(port, "GET", target)).startsWith("HTTP/1.1 400");
        }
        assertThat(process.log()).doesNotContain("Unhandled exception", "stackTrace");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/admin/results/0f8fad5b-d9cb-469f-a165", "/q/metrics"})
    void whatBreaksHttpGetsABareStatusOnTheManagementPortTooAndLeavesNoLine(String path) throws IOException {
        try (RawClient client = new RawClient(process.managementPort())) {
            assertThat(client.send("GET " + path + " HTTP/1.1\r\n\r\n").answer(PATIENCE))
                    .startsWith("HTTP/1.1 400")
                    .endsWith("\r\n\r\n");
        }
        assertThat(process.log()).doesNotContain("error id", path);
    }

    @Test
    void anIdIsLoggedCutShort() throws IOException {
        for (String id : List.of("0f8fad5b-d9cb-469f-a165-70867728950e", "twelve-chars")) {
            assertThat(answerTo(
                            process.managementPort(),
                            "DELETE",
                            "/admin/results/" + id,
                            "Authorization: Bearer " + ADMIN_TOKEN))
                    .startsWith("HTTP/1.1 200");
        }
        await().atMost(PATIENCE).until(() -> process.log().contains("Purge of tw… by"));
        assertThat(process.log()).contains("Purge of 0f8fad5b… by").doesNotContain("0f8fad5b-", "twelve");
    }

    @Test
    void whereAccessIsOpenAuthorizationIsNeverLookedAt() throws IOException {
        for (String authorization : List.of("Bearer a.b.c", "Basic eHl6", "Bearer")) {
            assertThat(answerTo(port(), "GET", KNOWN, "Authorization: " + authorization))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void pagesOfAnAllowedOriginMayReadAnswersAndNoOthers() throws IOException {
        assertThat(answerTo(port(), "GET", KNOWN, "Origin: https://allowed.example"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("access-control-allow-origin: https://allowed.example")
                .containsIgnoringCase("vary: Accept")
                .containsIgnoringCase("vary: Origin")
                .containsIgnoringCase("access-control-expose-headers:")
                .doesNotContainIgnoringCase("access-control-allow-credentials: true");
        assertThat(answerTo(port(), "GET", KNOWN))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("vary: Origin")
                .doesNotContainIgnoringCase("access-control-allow-origin");
        assertThat(answerTo(
                        port(),
                        "OPTIONS",
                        KNOWN,
                        "Origin: https://allowed.example",
                        "Access-Control-Request-Method: GET",
                        "Access-Control-Request-Headers: authorization, prefer"))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("access-control-allow-headers: authorization")
                .containsIgnoringCase("access-control-max-age: 3600");
    }

    @Test
    void pagesOfOtherOriginsGetAnswersThatTheirBrowserKeepsFromThem() throws IOException {
        String other = "Origin: https://other.example";
        assertThat(answerTo(port(), "GET", KNOWN, other))
                .startsWith("HTTP/1.1 200")
                .containsIgnoringCase("vary: Origin")
                .doesNotContainIgnoringCase("access-control-");
        assertThat(answerTo(port(), "OPTIONS", KNOWN, other, "Access-Control-Request-Method: GET"))
                .startsWith("HTTP/1.1 200")
                .doesNotContainIgnoringCase("access-control-");
        assertThat(answerTo(port(), "GET", "/elsewhere", other)).contains("route_not_found");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://allowed.example", "https://other.example", "null"})
    void noOriginChangesTheAnswerToAnotherMethod(String origin) throws IOException {
        assertThat(answerTo(port(), "POST", KNOWN, "Origin: " + origin)).contains("method_not_allowed");
        assertThat(answerTo(port(), "OPTIONS", KNOWN, "Origin: " + origin))
                .startsWith("HTTP/1.1 200")
                .contains("Allow: GET, HEAD, OPTIONS");
    }

    @Test
    void noPageOfABrowserMayReadTheManagementPort() throws IOException {
        for (String path : List.of("/q/metrics", "/q/health/ready", "/admin/results", "/elsewhere")) {
            assertThat(answerTo(process.managementPort(), "GET", path, "Origin: https://allowed.example"))
                    .doesNotContainIgnoringCase("access-control-");
            assertThat(answerTo(
                            process.managementPort(),
                            "OPTIONS",
                            path,
                            "Origin: https://allowed.example",
                            "Access-Control-Request-Method: DELETE"))
                    .doesNotContainIgnoringCase("access-control-");
        }
    }
}
