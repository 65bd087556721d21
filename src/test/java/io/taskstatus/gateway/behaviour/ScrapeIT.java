package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the dashboard and the alerts read is there, in the running program's own words, and a real Prometheus reads it. */
class ScrapeIT {
    private static final Path RULES = Path.of("docker", "prometheus", "alerts.yaml");
    private static final Path DASHBOARD = Path.of("k8s", "components", "monitoring", "dashboard.json");
    private static final Pattern METRIC =
            Pattern.compile("(?<![:\\w])(?:gateway|http_server|jvm|process|system)_\\w+(?![:\\w])");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private static FakeUpstream upstream;
    private static GatewayProcess gateway;

    @TempDir
    private static Path folder;

    /** Everything that makes a series appear happens once. */
    @BeforeAll
    static void start() throws Exception {
        upstream = FakeUpstream.start();
        upstream.says("e-1", RUNNING).then(SUCCESS);
        upstream.says("e-2", "Paused");
        gateway = GatewayProcess.start(
                "-Dgateway.upstream.url=" + upstream.url(),
                "-Dgateway.freshness.running=1ms",
                "-Dgateway.store.path=" + folder.resolve("store"));
        await().atMost(Duration.ofSeconds(10))
                .until(() -> get(gateway.port(), Gateway.PATH + "e-1").body().contains(SUCCESS));
        get(gateway.port(), Gateway.PATH + "e-2");
        gateway.collectGarbage();
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    @Test
    void everyMetricOfAPanelOrARuleExists() throws Exception {
        String scrape = get(gateway.managementPort(), "/q/metrics").body();
        Set<String> named = new TreeSet<>();
        List<String> expressions = new ArrayList<>(panels());
        expressions.addAll(rules());
        for (String expression : expressions) {
            Matcher metrics = METRIC.matcher(expression.replaceAll("\"[^\"]*\"", ""));
            while (metrics.find()) {
                named.add(metrics.group());
            }
        }

        assertThat(named).hasSizeGreaterThan(25);
        Set<String> missing = new TreeSet<>(named);
        missing.removeIf(metric ->
                Pattern.compile("(?m)^" + metric + "[{ ]").matcher(scrape).find());
        if (GatewayProcess.isNative()) {
            missing.removeIf(metric -> metric.startsWith("jvm_"));
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void theTableOfMetricsNamesWhatThereIsAndNothingElse() throws Exception {
        Set<String> documented = Pattern.compile("^\\| (`gateway_[^|]*)\\|", Pattern.MULTILINE)
                .matcher(Files.readString(Path.of("docs", "operations.md")))
                .results()
                .flatMap(row -> METRIC.matcher(row.group(1)).results())
                .map(MatchResult::group)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> there = get(gateway.managementPort(), "/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("gateway_"))
                .map(line -> line.replaceAll("[{ ].*", "").replaceAll("(_seconds)_(bucket|count|sum|max)$", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(there).isEqualTo(documented);
    }

    @Test
    void aPrometheusScrapesItAndUnderstandsEveryPanel() throws Exception {
        String prometheus = prometheus();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Path config = Files.writeString(
                folder.resolve("prometheus.yml"),
                Files.readString(Path.of("docker", "prometheus", "prometheus.yml"))
                        .replace("scrape_interval: 5s", "scrape_interval: 1s")
                        .replace("alerts.yaml", RULES.toAbsolutePath().toString())
                        .replace("gateway:9000", "127.0.0.1:" + gateway.managementPort()));
        Process process = new ProcessBuilder(
                        prometheus,
                        "--config.file=" + config,
                        "--storage.tsdb.path=" + folder.resolve("tsdb"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> !query(
                            port, "up{job=\"task-status-gateway\"} == 1")
                    .isEmpty());
            assertThat(query(port, "gateway_build_info{version!=\"\"}")).isNotEmpty();
            assertThat(query(port, "gateway_store_up == 1")).isNotEmpty();
            for (String expression : panels()) {
                query(port, expression);
            }
        } finally {
            process.destroy();
            process.onExit().join();
        }
    }

    private static JsonNode query(int port, String expression) throws IOException, InterruptedException {
        HttpResponse<String> answer =
                get(port, "/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8));
        assertThat(answer.statusCode()).as("%s: %s", expression, answer.body()).isEqualTo(200);
        return JSON.readTree(answer.body()).at("/data/result");
    }

    private static List<String> panels() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel : JSON.readTree(DASHBOARD.toFile()).get("panels")) {
            for (JsonNode target : panel.path("targets")) {
                expressions.add(target.get("expr")
                        .asText()
                        .replace("$__rate_interval", "1m")
                        .replace("$__range", "1h")
                        .replaceAll("\\$(job|namespace|instance)", ".*"));
            }
        }
        assertThat(expressions).isNotEmpty().noneMatch(expression -> expression.contains("$"));
        return expressions;
    }

    private static List<String> rules() throws IOException {
        return new ObjectMapper(new YAMLFactory()).readTree(RULES.toFile()).findValuesAsText("expr");
    }

    private static String prometheus() {
        for (String path : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(path, "prometheus"))) {
                return Path.of(path, "prometheus").toString();
            }
        }
        String absence = "Skipped, for prometheus is not installed: a real one that scrapes the gateway";
        if ("all".equals(System.getenv("GATEWAY_TESTS_REQUIRE"))) {
            Assertions.fail(absence);
        }
        System.err.println(absence);
        return Assumptions.abort(absence);
    }

    private static HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(20))
                        .build(),
                BodyHandlers.ofString());
    }
}
