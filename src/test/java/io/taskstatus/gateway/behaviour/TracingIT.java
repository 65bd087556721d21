package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With tracing on, what a collector gets: spans of the request and of the call upstream, and no id anywhere in them. */
class TracingIT {
    /** In every id that is asked for here. */
    private static final String ID = "abf5e6d2-f72d-4324-a046-bc6e9f27b303";

    private static final String SPAN = "GET " + Gateway.PATH + "{executionId}";
    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
    private static final String TRACEPARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";
    private static final int SERVER = 2;
    private static final int CLIENT = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Queue<byte[]> EXPORTS = new ConcurrentLinkedQueue<>();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static HttpServer collector;
    private static FakeUpstream upstream;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            EXPORTS.add(body);
        });
        collector.start();
        upstream = FakeUpstream.start();
        gateway = GatewayProcess.start(
                "-Dgateway.upstream.url=" + upstream.url(),
                "-Dgateway.store.kind=none",
                "-Dgateway.admin.token=secret",
                "-Dquarkus.log.category.\"io.taskstatus\".level=DEBUG",
                "-Dquarkus.otel.sdk.disabled=false",
                "-Dquarkus.otel.bsp.schedule.delay=50ms",
                "-Dquarkus.otel.exporter.otlp.traces.compression=none",
                "-Dquarkus.otel.exporter.otlp.protocol=http/protobuf",
                "-Dquarkus.otel.exporter.otlp.endpoint=http://127.0.0.1:"
                        + collector.getAddress().getPort());
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
        collector.stop(0);
    }

    @Test
    void theCallUpstreamIsAPartOfTheRequestAndBothSayWhatCame() throws Exception {
        String id = "one-" + ID;
        upstream.says(id, SUCCESS);
        get(Gateway.PATH + id, "traceparent", TRACEPARENT);

        ExportedSpan request = span(SERVER, TRACE);
        assertThat(request.name()).isEqualTo(SPAN);
        assertThat(request.parentId()).isEqualTo("00f067aa0ba902b7");
        assertThat(request.attributes())
                .containsEntry("gateway.outcome", SUCCESS)
                .containsEntry("gateway.source", "upstream")
                .containsEntry("url.path", Gateway.PATH + "{executionId}");
        ExportedSpan call = span(CLIENT, TRACE);
        assertThat(call.parentId()).isEqualTo(request.spanId());
        assertThat(call.attributes().get("url.full")).endsWith(Gateway.PATH + "{executionId}");
        assertThat(upstream.requestsOf(id)).singleElement().satisfies(asked -> assertThat(asked.header("traceparent"))
                .isEqualTo("00-" + TRACE + "-" + call.spanId() + "-01"));
        await().untilAsserted(() -> assertThat(linesOf(TRACE)).isNotEmpty());
    }

    @Test
    void aHitIsASpanOfTheSameNameWithoutACall() throws Exception {
        String id = "hit-" + ID;
        String trace = TRACE.replace('4', '5');
        upstream.says(id, SUCCESS);
        get(Gateway.PATH + id);
        get(Gateway.PATH + id, "traceparent", TRACEPARENT.replace(TRACE, trace));

        ExportedSpan hit = span(SERVER, trace);
        assertThat(hit.name()).isEqualTo(SPAN);
        assertThat(hit.attributes())
                .containsEntry("gateway.outcome", SUCCESS)
                .containsEntry("gateway.source", "memory");
        assertThat(spans())
                .noneMatch(span -> span.kind() == CLIENT && span.traceId().equals(trace));
    }

    @Test
    void aProblemNamesTheTraceOfItsOwnSpan() throws Exception {
        upstream.fails(400); // whoever is not told of otherwise
        for (String path : List.of(Gateway.PATH + "lost-" + ID, Gateway.PATH + "no%20id", "/elsewhere/" + ID)) {
            JsonNode problem = new ObjectMapper().readTree(get(path).body());

            ExportedSpan span = span(SERVER, problem.get("traceId").asText());
            assertThat(span.attributes())
                    .containsEntry("gateway.outcome", problem.get("code").asText());
        }
    }

    @Test
    void aStreamAndItsPollsAreOneTrace() throws Exception {
        String id = "stream-" + ID;
        String trace = TRACE.replace('4', '6');
        upstream.says(id, RUNNING).then(SUCCESS);
        get(Gateway.PATH + id, "Accept", "text/event-stream", "traceparent", TRACEPARENT.replace(TRACE, trace));

        assertThat(span(SERVER, trace).attributes()).containsEntry("gateway.outcome", SUCCESS);
        await().atMost(PATIENCE)
                .until(() -> spans().stream()
                                .filter(span ->
                                        span.kind() == CLIENT && span.traceId().equals(trace))
                                .count()
                        == 2);
    }

    @Test
    void noIdLeavesWithAnyOfThem() throws Exception {
        upstream.says("any-" + ID, SUCCESS);
        get(Gateway.PATH + "any-" + ID + "?also=" + ID);
        get("/Task/Function/execution-status/" + ID);
        get("/task/function/execution-status/sub/" + ID);
        HttpRequest purge = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.managementPort() + "/admin/results/any-" + ID))
                .header("Authorization", "Bearer secret")
                .DELETE()
                .build();
        HTTP.send(purge, BodyHandlers.discarding());
        String last = TRACE.replace('4', '7');
        get(Gateway.PATH + "any-" + ID, "traceparent", TRACEPARENT.replace(TRACE, last));

        span(SERVER, last);
        assertThat(EXPORTS).allSatisfy(export -> assertThat(new String(export, StandardCharsets.ISO_8859_1))
                .doesNotContain(ID));
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + gateway.port() + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return HTTP.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString());
    }

    private static List<ExportedSpan> spans() {
        return EXPORTS.stream()
                .flatMap(export -> ExportedSpan.of(export).stream())
                .toList();
    }

    private static ExportedSpan span(int kind, String trace) {
        return await().atMost(PATIENCE)
                .until(
                        () -> spans().stream()
                                .filter(span ->
                                        span.kind() == kind && span.traceId().equals(trace))
                                .findFirst(),
                        Optional::isPresent)
                .orElseThrow();
    }

    /** What was logged on behalf of {@code trace}. */
    private static List<String> linesOf(String trace) throws IOException {
        return gateway.log()
                .lines()
                .filter(line -> line.contains("\"traceId\":\"" + trace + "\""))
                .toList();
    }
}
