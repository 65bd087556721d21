package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.taskstatus.gateway.FakeUpstream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A memory that is allowed more than there is heap gives way, and the gateway lives. Asked over HTTP/2. */
class TightHeapIT {
    private static final int RESULTS = 32;
    private static final String OUTPUT = "a".repeat(1 << 20);

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    @Test
    void memoryGivesWayAndEveryResultIsStillThere() throws Exception {
        assumeFalse(GatewayProcess.isNative(), "native code tells of no collections: oracle/graal issue 13995");
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = GatewayProcess.start(
                        "-Xmx48m",
                        "-Dgateway.memory.max-size=1G",
                        "-Dgateway.store.path=" + folder.resolve("store"),
                        "-Dgateway.upstream.url=" + upstream.url())) {
            for (int i = 0; i < RESULTS; i++) {
                upstream.answers(id(i), FakeUpstream.body(body(i)));
                assertThat(ask(gateway, i)).isEqualTo(body(i));
            }
            for (int i = 0; i < RESULTS; i++) {
                upstream.answers(id(i), FakeUpstream.resets());
                assertThat(ask(gateway, i)).isEqualTo(body(i));
            }
            assertThat(gateway.log()).contains("of the heap").doesNotContain("OutOfMemoryError");
            // all that was let go of was memory's: a body that was sent is held on to by nobody else
            assertThat(gateway.metric("gateway_memory_bytes")).isGreaterThan(4 << 20);
        }
    }

    private static String id(int i) {
        return "large-" + i;
    }

    private static String body(int i) {
        return FakeUpstream.bodyOf(id(i), SUCCESS).replaceFirst("\\{", "{\"output\":\"" + OUTPUT + "\",");
    }

    private String ask(GatewayProcess gateway, int i) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + gateway.port() + Gateway.PATH + id(i)))
                .timeout(Duration.ofSeconds(20))
                .build();
        return client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    }
}
