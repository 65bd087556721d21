package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.SecretKeySelector;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.TopologySpreadConstraint;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PrometheusRule;
import io.fabric8.openshift.api.model.monitoring.v1.ServiceMonitor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The overlays as a cluster gets them. What is only in a patch is asserted: one that matches nothing is silently ignored. */
class KubernetesTest {
    private static final String NAME = "task-status-gateway";

    @ParameterizedTest
    @ValueSource(strings = {"single", "replicated", "production"})
    void everyPodIsRestrictedAndBounded(String overlay) throws Exception {
        Rendered rendered = Rendered.overlay(overlay);

        pods(rendered).forEach(KubernetesTest::assertRestricted);
        assertThat(rendered.the(Namespace.class, NAME).getMetadata().getLabels())
                .containsEntry("pod-security.kubernetes.io/enforce", "restricted");
        rendered.resources().forEach(KubernetesTest::assertPlacedAndLabelled);
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "replicated", "production"})
    void theGatewayIsProbedOnItsManagementPortAndDrains(String overlay) throws Exception {
        Rendered rendered = Rendered.overlay(overlay);
        Deployment deployment = rendered.the(Deployment.class, NAME);
        PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        Container gateway = container(pod, "gateway");

        assertProbe(gateway.getStartupProbe(), "/q/health/started");
        assertProbe(gateway.getLivenessProbe(), "/q/health/live");
        assertProbe(gateway.getReadinessProbe(), "/q/health/ready");
        assertThat(gateway.getPorts())
                .extracting(port -> port.getName() + " " + port.getContainerPort())
                .containsExactly("http 8080", "management 9000");
        long drain = gateway.getLifecycle().getPreStop().getSleep().getSeconds();
        assertThat(drain).isGreaterThanOrEqualTo(5);
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThanOrEqualTo(drain + 15);
        assertThat(gateway.getImage()).isEqualTo("task-status-gateway:" + version());
        assertThat(gateway.getResources().getLimits().get("memory")).isEqualTo(new Quantity("256Mi"));
        assertThat(deployment.getSpec().getSelector().getMatchLabels())
                .isEqualTo(rendered.the(Service.class, NAME).getSpec().getSelector());
        assertThat(deployment.getSpec().getTemplate().getMetadata().getLabels())
                .containsAllEntriesOf(deployment.getSpec().getSelector().getMatchLabels());
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "replicated", "production"})
    void secretsAreReferencesAndSettingsAreReachable(String overlay) throws Exception {
        Rendered rendered = Rendered.overlay(overlay);
        Container gateway = gateway(rendered);
        ConfigMap settings = rendered.the(ConfigMap.class, NAME);

        assertSecret(gateway, "GATEWAY_UPSTREAM_API_KEY", NAME, "upstream-api-key");
        assertSecret(gateway, "GATEWAY_ADMIN_TOKEN", NAME, "admin-token");
        assertThat(gateway.getEnvFrom().getFirst().getConfigMapRef().getName())
                .isEqualTo(settings.getMetadata().getName());
        assertThat(gateway.getEnvFrom().get(1).getSecretRef().getName()).isEqualTo(NAME + "-teams");
        assertThat(settings.getData())
                .containsEntry("GATEWAY_STORE_PATH", "/data")
                .containsKey("GATEWAY_UPSTREAM_URL")
                .allSatisfy((key, value) -> assertThat(key).doesNotContainPattern("(?i)key|token|password|secret"));
        assertThat(gateway.getVolumeMounts())
                .extracting(mount -> mount.getName() + " " + mount.getMountPath())
                .containsExactlyInAnyOrder("data /data", "tmp /tmp");
    }

    @ParameterizedTest
    @ValueSource(strings = {"single", "replicated", "production"})
    void theNetworkIsClosedButForWhatIsNeeded(String overlay) throws Exception {
        Rendered rendered = Rendered.overlay(overlay);
        NetworkPolicy policy = rendered.the(NetworkPolicy.class, NAME);

        assertThat(policy.getSpec().getPolicyTypes()).containsExactlyInAnyOrder("Ingress", "Egress");
        assertThat(policy.getSpec().getPodSelector().getMatchLabels())
                .isEqualTo(rendered.the(Deployment.class, NAME)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels());
        var in = policy.getSpec().getIngress();
        assertThat(in)
                .extracting(rule -> ports(rule.getPorts()))
                .containsExactly(Set.of("8080/TCP"), Set.of("9000/TCP"));
        assertThat(in.get(0).getFrom().getFirst().getNamespaceSelector().getMatchLabels())
                .isNullOrEmpty();
        assertThat(in.get(1).getFrom()).singleElement().satisfies(from -> assertThat(
                        from.getNamespaceSelector().getMatchLabels())
                .containsEntry("kubernetes.io/metadata.name", "monitoring"));
        List<Set<String>> out = policy.getSpec().getEgress().stream()
                .map(rule -> ports(rule.getPorts()))
                .toList();
        Set<String> dns = Set.of("53/UDP", "53/TCP");
        assertThat(out)
                .isEqualTo(
                        overlay.equals("single")
                                ? List.of(dns, Set.of("443/TCP"))
                                : List.of(dns, Set.of("443/TCP"), Set.of("6379/TCP")));
    }

    @Test
    void singleKeepsItsStoreOnAVolumeThatOnePodWrites() throws Exception {
        Rendered rendered = Rendered.overlay("single");
        var spec = rendered.the(Deployment.class, NAME).getSpec();
        PersistentVolumeClaim claim = rendered.the(PersistentVolumeClaim.class, NAME);

        assertThat(spec.getReplicas()).isEqualTo(1);
        assertThat(spec.getStrategy().getType()).isEqualTo("Recreate");
        assertThat(spec.getStrategy().getRollingUpdate()).isNull();
        var data = volume(spec.getTemplate().getSpec(), "data");
        assertThat(data.getPersistentVolumeClaim().getClaimName())
                .isEqualTo(claim.getMetadata().getName());
        assertThat(data.getEmptyDir()).isNull();
        assertThat(claim.getSpec().getAccessModes()).containsExactly("ReadWriteOnce");
        assertThat(rendered.the(ConfigMap.class, NAME).getData()).containsEntry("GATEWAY_STORE_KIND", "embedded");
        assertThat(rendered.all(StatefulSet.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"replicated", "production"})
    void replicasShareRedisAndSpread(String overlay) throws Exception {
        Rendered rendered = Rendered.overlay(overlay);
        var spec = rendered.the(Deployment.class, NAME).getSpec();

        assertThat(spec.getReplicas()).isEqualTo(3);
        assertThat(spec.getStrategy().getRollingUpdate().getMaxUnavailable().getIntVal())
                .isZero();
        assertThat(spec.getTemplate().getSpec().getTopologySpreadConstraints())
                .extracting(TopologySpreadConstraint::getTopologyKey)
                .containsExactly("kubernetes.io/hostname", "topology.kubernetes.io/zone");
        assertThat(spec.getTemplate().getSpec().getTopologySpreadConstraints())
                .allSatisfy(
                        constraint -> assertThat(constraint.getLabelSelector()).isEqualTo(spec.getSelector()));

        PodDisruptionBudget budget = rendered.the(PodDisruptionBudget.class, NAME);
        assertThat(budget.getSpec().getMaxUnavailable().getIntVal()).isEqualTo(1);
        assertThat(budget.getSpec().getSelector()).isEqualTo(spec.getSelector());

        HorizontalPodAutoscaler scaler = rendered.the(HorizontalPodAutoscaler.class, NAME);
        assertThat(scaler.getSpec().getMinReplicas()).isEqualTo(3);
        assertThat(scaler.getSpec().getMaxReplicas()).isGreaterThan(3);
        assertThat(scaler.getSpec().getScaleTargetRef().getName()).isEqualTo(NAME);
        assertThat(scaler.getSpec().getScaleTargetRef().getKind()).isEqualTo("Deployment");

        Service redis = rendered.the(Service.class, NAME + "-redis");
        StatefulSet server = rendered.the(StatefulSet.class, NAME + "-redis");
        assertThat(server.getSpec().getServiceName())
                .isEqualTo(redis.getMetadata().getName());
        assertThat(server.getSpec().getSelector().getMatchLabels())
                .isEqualTo(redis.getSpec().getSelector())
                .isNotEqualTo(spec.getSelector().getMatchLabels());
        assertThat(rendered.the(ConfigMap.class, NAME).getData())
                .containsEntry("GATEWAY_STORE_KIND", "redis")
                .containsEntry("QUARKUS_REDIS_ACTIVE", "true")
                .containsEntry(
                        "QUARKUS_REDIS_HOSTS", "redis://" + redis.getMetadata().getName() + ":6379");
        assertSecret(gateway(rendered), "QUARKUS_REDIS_PASSWORD", NAME + "-redis", "password");
    }

    @Test
    void onlyProductionNeedsTheOperator() throws Exception {
        assertThat(Rendered.overlay("single").all(ServiceMonitor.class)).isEmpty();
        assertThat(Rendered.overlay("replicated").all(PrometheusRule.class)).isEmpty();

        Rendered production = Rendered.overlay("production");
        ServiceMonitor monitor = production.the(ServiceMonitor.class, NAME);
        Service service = production.the(Service.class, NAME);
        assertThat(service.getMetadata().getLabels())
                .containsAllEntriesOf(monitor.getSpec().getSelector().getMatchLabels());
        assertThat(production.the(Service.class, NAME + "-redis").getMetadata().getLabels())
                .as("Redis is not scraped")
                .doesNotContainEntry("app.kubernetes.io/component", "gateway");
        assertThat(monitor.getSpec().getJobLabel()).isEqualTo("app.kubernetes.io/name");
        assertThat(monitor.getSpec().getEndpoints()).singleElement().satisfies(endpoint -> {
            assertThat(endpoint.getPath()).isEqualTo("/q/metrics");
            assertThat(service.getSpec().getPorts())
                    .extracting(port -> port.getName())
                    .contains(endpoint.getPort());
        });
        assertThat(production.the(ConfigMap.class, NAME + "-dashboard")).satisfies(map -> {
            assertThat(map.getMetadata().getLabels()).containsEntry("grafana_dashboard", "1");
            assertThat(map.getData().get(NAME + ".json"))
                    .isEqualTo(Files.readString(Path.of("k8s/components/monitoring/dashboard.json")));
        });
    }

    @Test
    void theOperatorGetsTheRulesThatAreTested() throws Exception {
        JsonNode rules =
                Rendered.YAML.readTree(Path.of("docker/prometheus/alerts.yaml").toFile());
        JsonNode resource = Rendered.YAML.readTree(
                Path.of("k8s/components/monitoring/prometheusrule.yaml").toFile());

        assertThat(resource.get("spec"))
                .as("copy docker/prometheus/alerts.yaml below `spec:`")
                .isEqualTo(rules);
    }

    @Test
    void theGuidesOwnOverlayRenders(@TempDir Path folder) throws Exception {
        String guide = Files.readString(Path.of("docs/deployment.md")).replaceAll("(?m)^   ", "");
        int start = guide.indexOf("# k8s/overlays/ours/kustomization.yaml");
        String overlay = guide.substring(start, guide.indexOf("```", start));
        Path production = folder.toRealPath()
                .relativize(Path.of("k8s/overlays/production").toRealPath());
        Files.writeString(
                folder.resolve("kustomization.yaml"), overlay.replace("../production", production.toString()));

        assertThat(gateway(Rendered.folder(folder)).getImage())
                .isEqualTo("registry.example/task-status-gateway:" + version());
    }

    @Test
    void anUnknownFieldIsNoticed() {
        assertThatThrownBy(() -> Rendered.read("""
            apiVersion: v1
            kind: Service
            metadata:
              name: a
            spec:
              selectors: {}
            """))
                .isInstanceOf(UnrecognizedPropertyException.class)
                .hasMessageContaining("selectors");
    }

    private static Stream<PodSpec> pods(Rendered rendered) {
        return Stream.concat(
                rendered.all(Deployment.class).stream()
                        .map(d -> d.getSpec().getTemplate().getSpec()),
                rendered.all(StatefulSet.class).stream()
                        .map(s -> s.getSpec().getTemplate().getSpec()));
    }

    /** The Pod Security Standard `restricted`, and what else a pod of ours must have. */
    private static void assertRestricted(PodSpec pod) {
        assertThat(pod.getHostNetwork()).isNull();
        assertThat(pod.getAutomountServiceAccountToken()).isFalse();
        assertThat(pod.getEnableServiceLinks()).isFalse();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
        assertThat(pod.getSecurityContext().getRunAsUser()).isPositive();
        assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
        assertThat(pod.getVolumes())
                .allSatisfy(volume -> assertThat(volume.getHostPath()).isNull());
        assertThat(pod.getContainers()).isNotEmpty().allSatisfy(container -> {
            var security = container.getSecurityContext();
            assertThat(security.getAllowPrivilegeEscalation()).isFalse();
            assertThat(security.getPrivileged()).isFalse();
            assertThat(security.getReadOnlyRootFilesystem()).isTrue();
            assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
            assertThat(security.getCapabilities().getAdd()).isNullOrEmpty();
            assertThat(container.getImage()).matches(".+:.*[0-9].*").doesNotEndWith(":latest");
            for (var amounts : List.of(
                    container.getResources().getRequests(),
                    container.getResources().getLimits())) {
                assertThat(amounts).containsKeys("cpu", "memory");
            }
            assertThat(container.getLivenessProbe()).isNotNull();
            assertThat(container.getReadinessProbe()).isNotNull();
        });
    }

    private static void assertPlacedAndLabelled(HasMetadata resource) {
        var metadata = resource.getMetadata();
        if (!(resource instanceof Namespace)) {
            assertThat(metadata.getNamespace()).as(metadata.getName()).isEqualTo(NAME);
            assertThat(metadata.getLabels()).as(metadata.getName()).containsEntry("app.kubernetes.io/name", NAME);
        }
    }

    private static void assertProbe(Probe probe, String path) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort().getStrVal()).isEqualTo("management");
    }

    private static void assertSecret(Container container, String variable, String secret, String key) {
        assertThat(container.getEnv())
                .filteredOn(env -> env.getName().equals(variable))
                .singleElement()
                .extracting(EnvVar::getValueFrom)
                .satisfies(from -> {
                    SecretKeySelector reference = from.getSecretKeyRef();
                    assertThat(reference.getName()).isEqualTo(secret);
                    assertThat(reference.getKey()).isEqualTo(key);
                });
    }

    private static Container gateway(Rendered rendered) {
        return container(
                rendered.the(Deployment.class, NAME).getSpec().getTemplate().getSpec(), "gateway");
    }

    private static Container container(PodSpec pod, String name) {
        return pod.getContainers().stream()
                .filter(container -> container.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static io.fabric8.kubernetes.api.model.Volume volume(PodSpec pod, String name) {
        return pod.getVolumes().stream()
                .filter(volume -> volume.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> ports(List<NetworkPolicyPort> ports) {
        return Set.copyOf(ports.stream()
                .map(port -> port.getPort().getIntVal() + "/" + port.getProtocol())
                .toList());
    }

    private static String version() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        return pom.replaceFirst("(?s).*?<artifactId>task-status-gateway</artifactId>\\s*<version>([^<]+)<.*", "$1");
    }
}
