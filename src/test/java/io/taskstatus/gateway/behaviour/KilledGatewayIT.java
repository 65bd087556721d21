package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway of its own process, killed: what clients were given is there when it starts again, and needs no upstream. */
@Order(1)
class KilledGatewayIT {
    private static final int RESULTS = 10_000;
    private static final int CLIENTS = 16;
    private static final String OK = "HTTP/1.1 200 ";

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();
    private int port;
    private int management;

    @Test
    void everyResultIsAnsweredWithTheSameBytesAfterAKillWithoutTheUpstream() throws Exception {
        Map<String, String> given = new ConcurrentHashMap<>();
        int upstreamPort;
        int late;
        try (FakeUpstream upstream = FakeUpstream.start(0)) {
            upstreamPort = upstream.port();
            Process gateway = start(upstreamPort);
            each((client, id) -> {
                upstream.says(id, SUCCESS);
                String answer = ask(client, id);
                assertThat(answer).startsWith(OK);
                given.put(id, bodyOf(answer));
            });
            late = (int) GatewayProcess.metric(management, "gateway_store_late_writes_total");
            kill(gateway);
        }
        start(upstreamPort);
        AtomicInteger same = new AtomicInteger();
        each((client, id) -> {
            String answer = ask(client, id);
            if (answer.startsWith(OK)) {
                assertThat(bodyOf(answer)).isEqualTo(given.get(id));
                same.incrementAndGet();
            }
        });
        // a disk that takes more than 50 ms lets answers go out first; the metric names how many
        assertThat(same.get()).isGreaterThanOrEqualTo(RESULTS - late);
    }

    @AfterEach
    void stop() throws InterruptedException {
        for (Process process : started) {
            kill(process);
        }
    }

    private static void kill(Process process) throws InterruptedException {
        process.toHandle().destroyForcibly();
        process.waitFor();
    }

    @FunctionalInterface
    private interface Step {
        void with(RawClient client, String id) throws Exception;
    }

    private void each(Step step) throws Exception {
        List<Callable<Integer>> clients = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            int first = i;
            clients.add(() -> {
                try (RawClient client = new RawClient(port)) {
                    for (int k = first; k < RESULTS; k += CLIENTS) {
                        step.with(client, "e-" + k);
                    }
                }
                return first;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
            for (Future<Integer> done : threads.invokeAll(clients)) {
                done.get();
            }
        }
    }

    private static String ask(RawClient client, String id) throws IOException {
        return client.ask("GET", Gateway.PATH + id).answer(Duration.ofSeconds(30));
    }

    private static String bodyOf(String answer) {
        return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }

    private HttpResponse<String> request(int where, String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + where + path))
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private Process start(int upstreamPort) throws IOException {
        port = freePort();
        management = freePort();
        ProcessBuilder builder = new ProcessBuilder(GatewayProcess.command(List.of("-Xmx256m")))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("gateway.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "QUARKUS_HTTP_HOST",
                        "127.0.0.1",
                        "QUARKUS_HTTP_PORT",
                        Integer.toString(port),
                        "QUARKUS_MANAGEMENT_HOST",
                        "127.0.0.1",
                        "QUARKUS_MANAGEMENT_PORT",
                        Integer.toString(management),
                        "GATEWAY_UPSTREAM_URL",
                        "http://127.0.0.1:" + upstreamPort,
                        "GATEWAY_STORE_PATH",
                        folder.resolve("data").toString(),
                        "GATEWAY_MEMORY_MAX_SIZE",
                        "1M"));
        Process process = builder.start();
        started.add(process);
        await().atMost(Duration.ofMinutes(2))
                .ignoreExceptions()
                .until(() -> request(port, "/openapi").statusCode() > 0);
        return process;
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
