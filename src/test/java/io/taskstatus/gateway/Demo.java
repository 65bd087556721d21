package io.taskstatus.gateway;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What {@code ./mvnw -Pdemo} runs once the gateway is built: the gateway as operators run it, in the foreground, before a
 * simulated upstream or before the one that is named. It is started from its source and takes the JDK alone.
 *
 * <p>Arguments: the gateway's jar, and an upstream's URL, which may be empty or absent.
 */
final class Demo {
    private Demo() {}

    public static void main(String... args) throws Exception {
        String upstream = args.length > 1 ? args[1] : "";
        if (upstream.isBlank()) {
            upstream = System.getenv().getOrDefault("GATEWAY_UPSTREAM_URL", "");
        }
        if (upstream.isBlank()) {
            upstream = FakeUpstream.demo(0).url();
            System.out.println("Simulated upstream on " + upstream);
        }
        Path store = Files.createTempDirectory("task-status-gateway-demo-");
        Process gateway = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dgateway.upstream.url=" + upstream,
                        "-Dgateway.store.path=" + store,
                        "-Dquarkus.log.console.json.enabled=false",
                        "-jar",
                        args[0])
                .inheritIO()
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(gateway, store)));
        // Ctrl-C reaches everybody; a signal that ends Maven alone has to be noticed.
        ProcessHandle maven = ProcessHandle.current().parent().orElseThrow();
        CompletableFuture.anyOf(gateway.onExit(), maven.onExit()).join();
        System.exit(gateway.isAlive() ? 0 : gateway.exitValue());
    }

    private static void end(Process gateway, Path store) {
        gateway.destroy();
        try {
            if (!gateway.waitFor(20, TimeUnit.SECONDS)) {
                gateway.destroyForcibly().waitFor();
            }
            delete(store);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException | UncheckedIOException e) {
            System.err.println("Left behind: " + store);
        }
    }

    private static void delete(Path folder) throws IOException {
        List<Path> innermostFirst;
        try (var paths = Files.walk(folder)) {
            innermostFirst = paths.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : innermostFirst) {
            Files.delete(path);
        }
    }
}
