import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Run in the image's build: makes the AOT cache. It starts the gateway as the image will, before a simulated upstream,
 * asks it what clients and operators ask, and ends it with SIGTERM, at which the JVM writes down what it loaded, linked
 * and found hot. It takes the JDK alone.
 */
final class Training {
    private static final Path CACHE = Path.of("/cache/gateway.aot");
    private static final Duration START = Duration.ofMinutes(5);
    private static final int ROUNDS = 2000;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final int upstream = freePort();
    private final int clients = freePort();
    private final int operators = freePort();

    private Training() throws IOException {}

    public static void main(String... args) throws Exception {
        new Training().run();
    }

    private void run() throws Exception {
        Path store = Files.createTempDirectory("training");
        Process fake = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "/training/io/taskstatus/gateway/FakeUpstream.java",
                        "--port",
                        Integer.toString(upstream))
                .inheritIO()
                .start();
        try {
            until("the upstream", () -> new Socket("127.0.0.1", upstream).close());
            Process gateway = gateway(store);
            until("the gateway", () -> ask(operators, "/q/health/ready"));
            clientsAsk();
            operatorsAsk();
            gateway.destroy();
            if (!gateway.waitFor(5, TimeUnit.MINUTES) || !Files.exists(CACHE)) {
                gateway.destroyForcibly();
                throw new IOException("no cache was written");
            }
        } finally {
            fake.destroy();
        }
        System.out.println(CACHE + ": " + Files.size(CACHE) / 1_000_000 + " MB");
    }

    /** With the image's options, but talkative: what the JVM has to say of the cache belongs in the build's log. */
    private Process gateway(Path store) throws IOException {
        List<String> command = new ArrayList<>(List.of("/opt/jre/bin/java"));
        command.addAll(Files.readAllLines(Path.of("/app/jvm.options")).stream()
                .filter(line -> line.startsWith("-") && !line.startsWith("-Xlog"))
                .toList());
        command.addAll(List.of(
                "-XX:AOTCacheOutput=" + CACHE,
                "-Dgateway.upstream.url=http://127.0.0.1:" + upstream,
                "-Dgateway.store.path=" + store,
                "-Dgateway.admin.token=training",
                "-Dquarkus.http.port=" + clients,
                "-Dquarkus.management.port=" + operators,
                "-jar",
                "/app/quarkus-run.jar"));
        return new ProcessBuilder(command).inheritIO().start();
    }

    private void clientsAsk() throws Exception {
        String path = "/task/function/execution-status/";
        for (int i = 0; i < ROUNDS; i++) {
            ask(clients, path + "training-" + i % 100);
        }
        ask(clients, path + "training-0", "Cache-Control", "no-cache");
        ask(clients, path + "training-0", "If-None-Match", "\"none\"");
        ask(clients, path + "training-wait", "Prefer", "wait=1");
        ask(clients, path + "training-stream", "Accept", "text/event-stream");
        ask(clients, path + "no%20id");
        ask(clients, "/console/");
        ask(clients, "/openapi");
        ask(clients, "/elsewhere");
    }

    private void operatorsAsk() throws Exception {
        ask(operators, "/q/metrics");
        ask(operators, "/q/health");
        ask(operators, "/q/health/live");
        ask(operators, "/q/health/started");
        ask(operators, "/admin/results/training-0", "Authorization", "Bearer training");
    }

    private void ask(int port, String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            http.send(request.build(), BodyHandlers.discarding());
        } catch (java.net.http.HttpTimeoutException e) {
            System.out.println("no end of " + path + " " + List.of(headers));
        }
    }

    private static void until(String what, Attempt attempt) throws Exception {
        Instant end = Instant.now().plus(START);
        while (true) {
            try {
                attempt.run();
                return;
            } catch (IOException e) {
                if (Instant.now().isAfter(end)) {
                    throw new IOException(what + " did not start", e);
                }
                Thread.sleep(100);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private interface Attempt {
        void run() throws Exception;
    }
}
