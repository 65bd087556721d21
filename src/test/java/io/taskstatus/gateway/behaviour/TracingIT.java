package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.taskstatus.gateway.FakeUpstream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** With tracing on, what a collector gets: spans of the request and of the fetch, and no id anywhere in them. */
@Tag("soak")
class TracingIT {
    private static final String ID = "abf5e6d2-f72d-4324-a046-bc6e9f27b303";

    @Test
    void spansReachACollectorWithoutTheId() throws Exception {
        Queue<String> exported = new ConcurrentLinkedQueue<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/", exchange -> {
            exported.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.ISO_8859_1));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = GatewayProcess.start(
                        "-Dgateway.upstream.url=" + upstream.url(),
                        "-Dgateway.store.kind=none",
                        "-Dquarkus.otel.sdk.disabled=false",
                        "-Dquarkus.otel.bsp.schedule.delay=100ms",
                        "-Dquarkus.otel.exporter.otlp.protocol=http/protobuf",
                        "-Dquarkus.otel.exporter.otlp.endpoint=http://127.0.0.1:"
                                + collector.getAddress().getPort());
                HttpClient client = HttpClient.newHttpClient()) {
            upstream.says(ID, SUCCESS);
            URI uri = URI.create("http://127.0.0.1:" + gateway.port() + Gateway.PATH + ID);
            client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding());

            await().atMost(Duration.ofSeconds(30))
                    .until(() -> String.join("", exported).contains(Gateway.PATH + "{executionId}"));
            assertThat(String.join("", exported)).doesNotContain(ID);
        } finally {
            collector.stop(0);
        }
    }
}
