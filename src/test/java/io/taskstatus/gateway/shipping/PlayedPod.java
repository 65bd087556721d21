package io.taskstatus.gateway.shipping;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * An overlay's Deployment, run by podman as a kubelet would: one pod, on the host's network. What podman can't do here is
 * taken away: probes (no timers), published ports, other replicas, a reference to a Secret.
 */
final class PlayedPod implements AutoCloseable {
    private static final String NAME = "task-status-gateway";

    private final Program podman;
    private final Path file;
    private final Ports ports;

    private PlayedPod(Program podman, Path file, Ports ports) {
        this.podman = podman;
        this.file = file;
        this.ports = ports;
    }

    /** Starts it and waits until it is ready. */
    static PlayedPod start(Program podman, Rendered rendered, String image, String upstream) throws Exception {
        Ports ports = Ports.free();
        Path file = Files.createTempFile("pod", ".yaml");
        Files.writeString(file, documents(rendered, image, upstream, ports));
        PlayedPod pod = new PlayedPod(podman, file, ports);
        try {
            podman.run(Duration.ofMinutes(1), "kube", "play", "--network", "host", file.toString());
            ports.awaitReady();
        } catch (Throwable e) {
            System.out.println(pod.logs());
            pod.close();
            throw e;
        }
        return pod;
    }

    private static String documents(Rendered rendered, String image, String upstream, Ports ports) throws IOException {
        ConfigMap settings = rendered.the(ConfigMap.class, NAME);
        settings.getData().put("GATEWAY_UPSTREAM_URL", upstream);
        settings.getData().put("QUARKUS_HTTP_PORT", Integer.toString(ports.clients()));
        settings.getData().put("QUARKUS_MANAGEMENT_PORT", Integer.toString(ports.operators()));
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
        return ports.status(executionId);
    }

    HttpResponse<String> operator(String path) throws IOException, InterruptedException {
        return ports.operator(path);
    }

    private String logs() throws IOException, InterruptedException {
        return podman.attempt(Duration.ofSeconds(20), "pod", "logs", NAME + "-pod")
                .toString();
    }

    @Override
    public void close() throws IOException {
        ports.close();
        try {
            podman.attempt(Duration.ofMinutes(1), "kube", "down", file.toString());
            podman.attempt(Duration.ofMinutes(1), "volume", "rm", "--force", NAME, "data", "tmp");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Files.delete(file);
    }
}
