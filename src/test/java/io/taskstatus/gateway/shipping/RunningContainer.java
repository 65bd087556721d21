package io.taskstatus.gateway.shipping;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/** The image as it is run: read-only, 256 MiB, without rights, with a uid that it doesn't know. */
final class RunningContainer implements AutoCloseable {
    static final String UID = "54321";
    private static final List<String> LIMITS = List.of(
            "--network=host",
            "--user=" + UID + ":0",
            "--read-only",
            "--tmpfs=/tmp:rw,noexec,nosuid,size=64m",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--memory=256m",
            "--memory-swap=256m",
            "--pids-limit=128");

    private final Program podman;
    private final String id;
    private final Ports ports;

    private RunningContainer(Program podman, String id, Ports ports) {
        this.podman = podman;
        this.id = id;
        this.ports = ports;
    }

    /** Starts it and waits until it is ready. */
    static RunningContainer start(Program podman, String image, String upstream, String... more) throws Exception {
        Ports ports = Ports.free();
        List<String> command = new ArrayList<>(List.of("run", "-d"));
        command.addAll(LIMITS);
        command.addAll(List.of(
                "-e=GATEWAY_UPSTREAM_URL=" + upstream,
                "-e=QUARKUS_HTTP_PORT=" + ports.clients(),
                "-e=QUARKUS_MANAGEMENT_PORT=" + ports.operators()));
        command.addAll(List.of(more));
        command.add(image);
        String id = podman.run(Duration.ofMinutes(1), command.toArray(String[]::new))
                .strip();
        RunningContainer container = new RunningContainer(podman, id, ports);
        try {
            ports.awaitReady();
        } catch (RuntimeException e) {
            System.out.println(container.logs());
            container.close();
            throw e;
        }
        return container;
    }

    /** The port for clients. */
    int clients() {
        return ports.clients();
    }

    HttpResponse<String> status(String executionId) throws IOException, InterruptedException {
        return ports.status(executionId);
    }

    HttpResponse<String> operator(String path) throws IOException, InterruptedException {
        return ports.operator(path);
    }

    void signal(String name) throws IOException, InterruptedException {
        podman.run(Duration.ofSeconds(20), "kill", "--signal", name, id);
    }

    /** Its exit code, once it has ended; fails after {@code limit}. {@code podman wait} may take 20 s to notice. */
    int ended(Duration limit) {
        String state = Awaitility.await()
                .atMost(limit)
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () -> inspect("{{.State.Status}} {{.State.ExitCode}}"),
                        now -> now.matches("(stopped|exited) \\d+"));
        return Integer.parseInt(state.substring(state.indexOf(' ') + 1));
    }

    String inspect(String template) throws IOException, InterruptedException {
        return podman.run(Duration.ofSeconds(20), "inspect", "--format", template, id)
                .strip();
    }

    Program.Result exec(String... command) throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("exec", id));
        words.addAll(List.of(command));
        return podman.attempt(Duration.ofSeconds(30), words.toArray(String[]::new));
    }

    String logs() throws IOException, InterruptedException {
        Program.Result result = podman.attempt(Duration.ofSeconds(20), "logs", id);
        return result.output() + result.errors();
    }

    @Override
    public void close() throws IOException {
        ports.close();
        try {
            podman.attempt(Duration.ofSeconds(30), "rm", "--force", id);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
