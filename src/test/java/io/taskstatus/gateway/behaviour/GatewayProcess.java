package io.taskstatus.gateway.behaviour;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionTimeoutException;
import org.awaitility.core.TerminalFailureException;

/**
 * The packaged gateway as a process of its own, on free ports and with a log in a file: the jar, or the native executable
 * that {@code -Dgateway.executable} names.
 */
final class GatewayProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
    /** A native executable to test in the jar's place, or nothing. */
    private static final String EXECUTABLE = System.getProperty("gateway.executable", "");

    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Process process;
    private final Path log;
    private final int port;
    private final int managementPort;

    private GatewayProcess(Process process, Path log, int port, int managementPort) {
        this.process = process;
        this.log = log;
        this.port = port;
        this.managementPort = managementPort;
    }

    /**
     * Starts it and waits until it is ready.
     *
     * @param options of the JVM, settings as {@code -Dname=value} among them
     */
    static GatewayProcess start(String... options) throws IOException {
        return startUnder(List.of(), options);
    }

    /** The same with another program in front, which has to replace itself by the gateway in the end. */
    static GatewayProcess startUnder(List<String> program, String... options) throws IOException {
        int port = freePort();
        int managementPort = freePort();
        Path log = Files.createTempFile("gateway", ".log");
        List<String> settings = new ArrayList<>(List.of(
                "-Dquarkus.http.host=127.0.0.1",
                "-Dquarkus.http.port=" + port,
                "-Dquarkus.management.port=" + managementPort));
        settings.addAll(List.of(options));
        List<String> command = new ArrayList<>(program);
        command.addAll(command(settings));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        GatewayProcess gateway = new GatewayProcess(process, log, port, managementPort);
        await().atMost(Duration.ofMinutes(2)).failFast(gateway::hasEnded).until(gateway::isReady);
        return gateway;
    }

    /** What starts the program with {@code options}. */
    static List<String> command(List<String> options) {
        List<String> command = new ArrayList<>();
        if (isNative()) {
            command.add(EXECUTABLE);
            command.addAll(options);
        } else {
            command.addAll(java("-XX:AOTCache=" + Classes.CACHE));
            command.addAll(options);
            command.addAll(List.of("-jar", JAR.toString()));
        }
        return command;
    }

    /** With the first compiler alone it starts a third sooner. As in the image, the JVM writes no lines among the log's. */
    private static List<String> java(String cache) {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xlog:disable",
                cache);
    }

    /** The program's classes, loaded and linked ahead of time: with them it is up in a third of the time. Made once. */
    private static final class Classes {
        static final Path CACHE = Path.of("target", "gateway.aot");

        static {
            try {
                make();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            } catch (ConditionTimeoutException | TerminalFailureException notMade) {
                // gateways start without it, only later
            }
        }

        /** A JVM writes the cache as it ends. One that was not written is left aside in silence. */
        private static void make() throws IOException, InterruptedException {
            Files.deleteIfExists(CACHE);
            Path log = Files.createTempFile("gateway", ".log");
            int port = freePort();
            List<String> command = new ArrayList<>(java("-XX:AOTCacheOutput=" + CACHE));
            command.addAll(List.of(
                    "-Dgateway.store.kind=none",
                    "-Dquarkus.http.port=0",
                    "-Dquarkus.management.port=" + port,
                    "-jar",
                    JAR.toString()));
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try (GatewayProcess gateway = new GatewayProcess(process, log, 0, port)) {
                await().atMost(Duration.ofMinutes(2))
                        .failFast(gateway::hasEnded)
                        .until(gateway::isReady);
                gateway.tellToStop();
                gateway.exitCode(Duration.ofMinutes(1));
            }
        }
    }

    /** Whether the program runs as native code. */
    static boolean isNative() {
        return !EXECUTABLE.isEmpty();
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    private boolean hasEnded() {
        return !process.isAlive();
    }

    private boolean isReady() {
        HttpRequest ready = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/health/ready"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try {
            return CLIENT.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    int port() {
        return port;
    }

    int managementPort() {
        return managementPort;
    }

    long pid() {
        return process.pid();
    }

    /** SIGTERM. */
    void tellToStop() {
        process.destroy();
    }

    /** SIGKILL. */
    void kill() {
        process.destroyForcibly();
    }

    /** The sum of the series of {@code name} that have all {@code labels}, each as {@code name="value"}. */
    double metric(String name, String... labels) throws IOException, InterruptedException {
        return metric(managementPort, name, labels);
    }

    /** The same of a gateway that was started in another way. */
    static double metric(int managementPort, String name, String... labels) throws IOException, InterruptedException {
        HttpRequest scrape = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/q/metrics"))
                .timeout(Duration.ofSeconds(20))
                .build();
        return CLIENT.send(scrape, HttpResponse.BodyHandlers.ofLines())
                .body()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .filter(line -> Arrays.stream(labels).allMatch(line::contains))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /** Has the JVM collect garbage; nothing where there is no JVM. */
    void collectGarbage() throws IOException, InterruptedException {
        if (!isNative()) {
            new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid()),
                            "GC.run")
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }
    }

    /** The most memory that it ever had, files that it has mapped included, in MiB; 0 where the system does not say. */
    long mostMemory() throws IOException {
        return memory("VmHWM:");
    }

    /** The memory that it has now and that only it can give back, in MiB; 0 where the system does not say. */
    long ownMemory() throws IOException {
        return memory("RssAnon:");
    }

    private long memory(String line) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(each -> each.startsWith(line))
                .mapToLong(each -> Long.parseLong(each.replaceAll("[^0-9]", "")) / 1024)
                .findFirst()
                .orElse(0);
    }

    /** The code that it ends with within {@code patience}, or -1. */
    int exitCode(Duration patience) throws InterruptedException {
        return process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS) ? process.exitValue() : -1;
    }

    /** All that it wrote. */
    String log() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(log);
    }
}
