package io.taskstatus.gateway.shipping;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The JVM's image, really built and run under the limits that it promises to live within. {@code -Dgateway.image=NAME} tests
 * one that is there.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("soak")
class ContainerIT {
    private static final Path DOCKERFILE = Path.of("docker", "Dockerfile.jvm");
    private static final List<String> PROBE =
            List.of("/opt/jre/bin/java", "@/app/probe.options", "io.taskstatus.gateway.HealthProbe");

    private ContainerEngine engine;
    private String image;
    private FakeUpstream upstream;

    @BeforeAll
    void build() throws Exception {
        engine = ContainerEngine.required();
        String given = System.getProperty("gateway.image", "");
        image = given.isEmpty() ? engine.build(DOCKERFILE) : given;
    }

    @BeforeEach
    void openUpstream() throws IOException {
        upstream = FakeUpstream.start();
    }

    @AfterEach
    void closeUpstream() {
        upstream.close();
    }

    @Test
    void itAnswersAndLeavesNothingOutsideItsVolume() throws Exception {
        upstream.says("e-1", SUCCESS);
        try (RunningContainer gateway = start()) {
            HttpResponse<String> answer = gateway.status("e-1");

            assertThat(answer.statusCode()).isEqualTo(200);
            Path root = Path.of("/proc", gateway.inspect("{{.State.Pid}}"), "root");
            try (Stream<Path> unpacked = Files.walk(root.resolve("tmp"))) {
                // Vert.x makes a folder, and leaves it empty
                assertThat(unpacked.filter(Files::isRegularFile))
                        .as("files in /tmp")
                        .isEmpty();
            }
            try (Stream<Path> kept = Files.list(root.resolve("data"))) {
                assertThat(kept).isNotEmpty();
            }
            assertThat(gateway.operator("/q/metrics").body()).contains("gateway_store_up 1.0");
        }
    }

    @Test
    void aStoreOutsideTheVolumeIsRefusedAndClientsDoNotNotice() throws Exception {
        upstream.says("e-1", SUCCESS);
        try (RunningContainer gateway = start("-e=GATEWAY_STORE_PATH=/app/elsewhere")) {
            assertThat(gateway.status("e-1").statusCode()).isEqualTo(200);
            assertThat(gateway.operator("/q/metrics").body()).contains("gateway_store_up 0.0");
            assertThat(Path.of("/proc", gateway.inspect("{{.State.Pid}}"), "root/app/elsewhere"))
                    .doesNotExist();
        }
    }

    @Test
    void whatItKeptSurvivesAKill() throws Exception {
        upstream.says("e-1", SUCCESS);
        String volume = "gateway-it-" + UUID.randomUUID();
        String mount = "--volume=" + volume + ":/data";
        try {
            String body;
            try (RunningContainer gateway = start(mount)) {
                body = gateway.status("e-1").body();
                gateway.signal("KILL");
                assertThat(gateway.ended(Duration.ofSeconds(20))).isEqualTo(137);
            }
            upstream.fails(500);
            try (RunningContainer gateway = start(mount)) {
                HttpResponse<String> answer = gateway.status("e-1");

                assertThat(answer.body()).isEqualTo(body);
                assertThat(answer.headers().firstValue("Cache-Status"))
                        .hasValueSatisfying(status -> assertThat(status).contains("hit", "detail=store"));
            }
            assertThat(upstream.fetchesOf("e-1")).isEqualTo(1);
        } finally {
            engine.podman().attempt(Duration.ofSeconds(30), "volume", "rm", "--force", volume);
        }
    }

    @Test
    void itEndsCleanlyOnSigtermUnderLoad() throws Exception {
        for (int i = 0; i < 50; i++) {
            upstream.says("e-" + i, i % 2 == 0 ? SUCCESS : FakeUpstream.RUNNING);
        }
        Queue<HttpResponse<String>> answers = new ConcurrentLinkedQueue<>();
        CountDownLatch warm = new CountDownLatch(500);
        try (RunningContainer gateway = start();
                var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int client = 0; client < 16; client++) {
                clients.execute(() -> {
                    for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                        try {
                            answers.add(gateway.status("e-" + i % 50));
                        } catch (IOException | InterruptedException e) {
                            return; // it refuses connections now, or closed an idle one
                        }
                        warm.countDown();
                    }
                });
            }
            assertThat(warm.await(60, TimeUnit.SECONDS)).isTrue();

            Instant asked = Instant.now();
            gateway.signal("TERM");
            assertThat(gateway.ended(Duration.ofSeconds(30))).isIn(0, 143);
            assertThat(Duration.between(asked, Instant.now())).isLessThan(Duration.ofSeconds(15));
            assertThat(gateway.inspect("{{.State.OOMKilled}}")).isEqualTo("false");
            assertEveryLineIsJson(gateway.logs());
        }
        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isIn(200, 503);
            assertThat(answer.body()).startsWith("{").endsWith("}");
        });
    }

    @Test
    void aMemoryFullOfResultsFitsInItsLimit() throws Exception {
        String filler = "x".repeat(60_000);
        int results = 1_500;
        try (RunningContainer gateway = start();
                var clients = Executors.newFixedThreadPool(8)) {
            for (int i = 0; i < results; i++) {
                String id = "big-" + i;
                upstream.answers(
                        id,
                        FakeUpstream.body("{\"executionId\":\"" + id
                                + "\",\"verificationStatus\":\"Success\",\"output\":\"" + filler + "\"}"));
                clients.execute(() -> {
                    try {
                        gateway.status(id);
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            clients.shutdown();
            assertThat(clients.awaitTermination(2, TimeUnit.MINUTES)).isTrue();

            assertThat(gateway.status("big-0").statusCode()).isEqualTo(200);
            assertThat(gateway.inspect("{{.State.Running}} {{.State.OOMKilled}}"))
                    .isEqualTo("true false");
        }
    }

    /** As many as this process may have, which holds their other ends: some descriptors stay for all else. */
    @Test
    void twentyThousandConnectionsFitInItsLimit() throws Exception {
        upstream.says("e-1", SUCCESS);
        List<SocketChannel> silent = new ArrayList<>();
        try (RunningContainer gateway = start()) {
            gateway.status("e-1");
            int most = (int) Math.min(20_000, descriptors() - 600);
            for (int i = 0; i < most; i++) {
                SocketChannel channel = SocketChannel.open();
                silent.add(channel);
                // one address has too few ports
                channel.bind(new InetSocketAddress(
                        InetAddress.getByAddress(new byte[] {127, 0, 0, (byte) (2 + i % 50)}), 0));
                channel.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), gateway.clients()));
                channel.write(StandardCharsets.US_ASCII.encode(i % 2 == 0 ? "GET / HTTP/1.1\r\nHo" : ""));
            }
            assertThat(gateway.operator("/q/metrics").body()).contains("gateway_store_up 1.0");
            assertThat(gateway.status("e-1").headers().firstValue("Cache-Status"))
                    .hasValueSatisfying(status -> assertThat(status).contains("hit"));
            assertThat(gateway.inspect("{{.State.Running}} {{.State.OOMKilled}}"))
                    .isEqualTo("true false");
        } finally {
            for (SocketChannel channel : silent) {
                channel.close();
            }
        }
    }

    private static long descriptors() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/limits")).stream()
                .filter(line -> line.startsWith("Max open files"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("^Max open files +([0-9]+).*", "$1")))
                .findFirst()
                .orElse(1_024);
    }

    @Test
    void aHundredLargestBodiesThirtyTwoAtOnceFitInItsLimit() throws Exception {
        String filler = "x".repeat((4 << 20) - 100);
        upstream.otherwise(FakeUpstream.body("{\"verificationStatus\":\"Success\",\"output\":\"" + filler + "\"}"));
        Queue<Integer> answers = new ConcurrentLinkedQueue<>();
        try (RunningContainer gateway = start();
                var clients = Executors.newFixedThreadPool(32)) {
            for (int i = 0; i < 100; i++) {
                String id = "largest-" + i;
                clients.execute(() -> {
                    try {
                        answers.add(gateway.status(id).statusCode());
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
            }
            clients.shutdown();
            assertThat(clients.awaitTermination(2, TimeUnit.MINUTES)).isTrue();

            // where there is no room or no time, a problem says so
            assertThat(answers).hasSize(100).contains(200).allSatisfy(status -> assertThat(status)
                    .isIn(200, 503, 504));
            assertThat(gateway.inspect("{{.State.Running}} {{.State.OOMKilled}}"))
                    .isEqualTo("true false");
        }
    }

    @Test
    void itsHealthCheckNeedsNoShell() throws Exception {
        JsonNode config = new ObjectMapper()
                .readTree(engine.podman().run(Duration.ofSeconds(20), "image", "inspect", image))
                .get(0);
        assertThat(config.at("/Healthcheck/Test"))
                .extracting(JsonNode::asText)
                .containsExactlyElementsOf(
                        Stream.concat(Stream.of("CMD"), PROBE.stream()).toList());
        assertThat(config.at("/Config/User").asText()).isEqualTo("1001:0");
        assertThat(config.at("/Config/ExposedPorts").properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactlyInAnyOrder("8080/tcp", "9000/tcp");
        assertThat(config.at("/Config/Volumes").has("/data")).isTrue();
        assertThat(config.at("/Labels").properties())
                .extracting(java.util.Map.Entry::getKey)
                .contains(
                        "org.opencontainers.image.title",
                        "org.opencontainers.image.version",
                        "org.opencontainers.image.revision",
                        "org.opencontainers.image.licenses");

        try (RunningContainer gateway = start()) {
            assertThat(gateway.exec(PROBE.toArray(String[]::new)).exitCode()).isZero();
            assertThat(gateway.exec(
                                    "/opt/jre/bin/java",
                                    "@/app/probe.options",
                                    "io.taskstatus.gateway.HealthProbe",
                                    "1")
                            .exitCode())
                    .as("nobody listens on port 1")
                    .isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "replicated"})
    void aRenderedDeploymentStartsAndAnswers(String overlay) throws Exception {
        upstream.says("e-1", SUCCESS);
        Rendered rendered = Rendered.overlay(overlay);
        try (PlayedPod pod = PlayedPod.start(engine.podman(), rendered, image, upstream.url())) {
            assertThat(pod.status("e-1").statusCode()).isEqualTo(200);
            // there is no Redis here: nobody notices
            assertThat(pod.operator("/q/metrics").body())
                    .contains(overlay.equals("single") ? "gateway_store_up 1.0" : "gateway_store_up ");
        }
    }

    private RunningContainer start(String... more) throws Exception {
        return RunningContainer.start(engine.podman(), image, upstream.url(), more);
    }

    private static void assertEveryLineIsJson(String logs) {
        ObjectMapper json = new ObjectMapper();
        assertThat(logs.lines())
                .isNotEmpty()
                .allSatisfy(line -> assertThat(json.readTree(line).isObject()).isTrue());
    }
}
