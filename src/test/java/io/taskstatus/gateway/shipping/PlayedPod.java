package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * An overlay's Deployment, run by podman as a kubelet would: one pod, on the host's network. What podman can't do here is
 * taken away: probes (no timers), published ports, other replicas, a reference to a Secret.
 */
final class PlayedPod implements AutoCloseable {
    private static final String NAME = "task-status-gateway";

    private final Program podman;
    private final Path file;
    private final int clients;
    private final int operators;
    private final HttpClient http = HttpClient.newHttpClient();

    private PlayedPod(Program podman, Path file, int clients, int operators) {
        this.podman = podman;
        this.file = file;
        this.clients = clients;
        this.operators = operators;
    }

    /** Starts it and waits until it is ready. */
    static PlayedPod start(Program podman, Rendered rendered, String image, String upstream) throws Exception {
        int clients = freePort();
        int operators = freePort();
        Path file = Files.createTempFile("pod", ".yaml");
        Files.writeString(file, documents(rendered, image, upstream, clients, operators));
        PlayedPod pod = new PlayedPod(podman, file, clients, operators);
        try {
            podman.run(Duration.ofMinutes(1), "kube", "play", "--network", "host", file.toString());
            Awaitility.await().atMost(Duration.ofSeconds(60)).ignoreExceptions().untilAsserted(() -> assertThat(
                            pod.operator("/q/health/ready").statusCode())
                    .isEqualTo(200));
        } catch (Throwable e) {
            System.out.println(pod.logs());
            pod.close();
            throw e;
        }
        return pod;
    }

    private static String documents(Rendered rendered, String image, String upstream, int clients, int operators)
            throws IOException {
        ConfigMap settings = rendered.the(ConfigMap.class, NAME);
        settings.getData().put("GATEWAY_UPSTREAM_URL", upstream);
        settings.getData().put("QUARKUS_HTTP_PORT", Integer.toString(clients));
        settings.getData().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(operators));
        Deployment deployment = rendered.the(Deployment.class, NAME);
        deployment.getSpec().setReplicas(1);
        for (Container container : deployment.getSpec().getTemplate().getSpec().getContainers()) {
            container.setImage(image);
            container.setPorts(List.of());
            container.setStartupProbe(null);
            container.setLivenessProbe(null);
            container.setReadinessProbe(null);
            // podman 4 does not find a Secret's values in what it made of the Secret itself
            container.getEnv().stream()
                    .filter(variable -> variable.getName().equals("QUARKUS_REDIS_PASSWORD"))
                    .forEach(variable -> {
                        variable.setValueFrom(null);
                        variable.setValue("secret");
                    });
        }
        List<HasMetadata> documents = new ArrayList<>();
        documents.add(settings);
        documents.addAll(rendered.all(PersistentVolumeClaim.class));
        documents.add(deployment);
        StringBuilder yaml = new StringBuilder();
        for (HasMetadata document : documents) {
            yaml.append(Rendered.YAML.writeValueAsString(document));
        }
        return yaml.toString();
    }

    HttpResponse<String> status(String executionId) throws IOException, InterruptedException {
        return get(clients, "/task/function/execution-status/" + executionId);
    }

    HttpResponse<String> operator(String path) throws IOException, InterruptedException {
        return get(operators, path);
    }

    private HttpResponse<String> get(int port, String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    }

    private String logs() throws IOException, InterruptedException {
        return podman.attempt(Duration.ofSeconds(20), "pod", "logs", NAME + "-pod")
                .toString();
    }

    @Override
    public void close() throws IOException {
        http.close();
        try {
            podman.attempt(Duration.ofMinutes(1), "kube", "down", file.toString());
            podman.attempt(Duration.ofMinutes(1), "volume", "rm", "--force", NAME, "data", "tmp");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.delete(file);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
