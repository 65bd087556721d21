package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** compose.yaml holds together: nothing in it is misspelt, and what it mounts is there and finds what it names. */
class ComposeTest {
    private static final Path FOLDER = Path.of("docker");
    private static final Set<String> TOP = Set.of("name", "services", "volumes");
    private static final Set<String> SERVICE = Set.of(
            "image",
            "build",
            "command",
            "environment",
            "ports",
            "volumes",
            "depends_on",
            "healthcheck",
            "profiles",
            "read_only",
            "tmpfs",
            "cap_drop",
            "security_opt",
            "mem_limit",
            "stop_grace_period",
            "restart");
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+):-[^}]*}");

    private static JsonNode compose() throws IOException {
        return yaml(FOLDER.resolve("compose.yaml"));
    }

    private static JsonNode yaml(Path file) throws IOException {
        return Rendered.YAML.readTree(file.toFile());
    }

    @Test
    void everyKeyIsOneThatComposeKnows() throws IOException {
        assertThat(names(compose())).isSubsetOf(TOP);
        for (JsonNode service : compose().get("services")) {
            assertThat(names(service)).isSubsetOf(SERVICE);
            assertThat(service.get("image").asText()).matches(".+:.*[0-9].*").doesNotEndWith(":latest");
        }
    }

    @Test
    void everythingMountedBuiltOrWaitedForIsThere() throws IOException {
        JsonNode services = compose().get("services");
        List<String> volumes = names(compose().get("volumes"));
        for (JsonNode service : services) {
            for (String mount : texts(service.path("volumes"))) {
                String source = mount.substring(0, mount.indexOf(':'));
                if (source.startsWith(".")) {
                    assertThat(FOLDER.resolve(source)).exists();
                } else {
                    assertThat(volumes).contains(source);
                }
            }
            JsonNode before = service.path("depends_on");
            assertThat(names(services)).containsAll(before.isArray() ? texts(before) : names(before));
        }
        JsonNode build = services.at("/gateway/build");
        assertThat(FOLDER.resolve(build.get("context").asText())
                        .resolve(build.get("dockerfile").asText()))
                .exists();
    }

    @Test
    void theDemoSetsVariablesThatAreRead() throws IOException {
        List<String> read = new ArrayList<>(List.of("COMPOSE_PROFILES"));
        Matcher variables = VARIABLE.matcher(Files.readString(FOLDER.resolve("compose.yaml")));
        while (variables.find()) {
            read.add(variables.group(1));
        }
        assertThat(Files.readAllLines(FOLDER.resolve("demo.env"))).isNotEmpty().allSatisfy(line -> assertThat(read)
                .contains(line.substring(0, line.indexOf('='))));
    }

    @Test
    void prometheusFindsItsRulesAndTheGateway() throws IOException {
        JsonNode prometheus = yaml(FOLDER.resolve("prometheus/prometheus.yml"));

        assertThat(texts(prometheus.get("rule_files"))).isNotEmpty().allSatisfy(rules -> assertThat(
                        FOLDER.resolve("prometheus").resolve(rules))
                .exists());
        assertThat(texts(prometheus.at("/scrape_configs/0/static_configs/0/targets")))
                .containsExactly("gateway:9000");
        assertThat(names(compose().get("services"))).contains("gateway");
    }

    @Test
    void grafanaFindsPrometheusAndTheDashboard() throws IOException {
        JsonNode grafana = compose().at("/services/grafana");
        Path provisioning = FOLDER.resolve("grafana/provisioning");
        JsonNode source =
                yaml(provisioning.resolve("datasources/prometheus.yaml")).at("/datasources/0");
        String folder = yaml(provisioning.resolve("dashboards/dashboards.yaml"))
                .at("/providers/0/options/path")
                .asText();
        String home = grafana.at("/environment/GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH")
                .asText();

        assertThat(source.get("url").asText()).isEqualTo("http://prometheus:9090");
        assertThat(names(compose().get("services"))).contains("prometheus");
        assertThat(home).startsWith(folder + "/");
        assertThat(texts(grafana.get("volumes")))
                .contains(
                        "./grafana/provisioning:/etc/grafana/provisioning:ro",
                        "../k8s/components/monitoring/dashboard.json:" + home + ":ro");
        JsonNode dashboard = new ObjectMapper()
                .readTree(Path.of("k8s/components/monitoring/dashboard.json").toFile());
        assertThat(dashboard.get("uid").asText()).isEqualTo("task-status-gateway");
        assertThat(Files.readString(FOLDER.resolve("compose.yaml")))
                .contains("/d/" + dashboard.get("uid").asText());
    }

    private static List<String> names(JsonNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
