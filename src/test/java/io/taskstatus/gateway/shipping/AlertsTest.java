package io.taskstatus.gateway.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The alerts: they fire when they should, and each has its runbook section. */
class AlertsTest {
    private static final Path RULES = Path.of("docker", "prometheus", "alerts.yaml");
    private static final Path RULES_TEST = Path.of("docker", "prometheus", "alerts-test.yaml");
    private static final Path RUNBOOK = Path.of("docs", "operations.md");
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void theRulesPassTheirOwnTests() throws Exception {
        Program promtool = Program.required("promtool");

        promtool.run(LIMIT, "check", "rules", RULES.toString());
        promtool.run(LIMIT, "test", "rules", RULES_TEST.toString());
        promtool.run(LIMIT, "check", "config", "docker/prometheus/prometheus.yml");
    }

    @Test
    void everyAlertIsTestedToFireAndToBeSilent() throws IOException {
        String tests = Files.readString(RULES_TEST);

        for (JsonNode alert : alerts()) {
            String name = alert.get("alert").asText();
            assertThat(tests).contains("alertname: " + name + "}", "alertname: " + name + "\n        exp_alerts:");
        }
    }

    @Test
    void everyAlertHasItsRunbookSection() throws IOException {
        List<String> headings = Files.readAllLines(RUNBOOK).stream()
                .filter(line -> line.startsWith("### Gateway"))
                .map(line -> line.substring(4).strip())
                .toList();
        List<String> names = new ArrayList<>();
        for (JsonNode alert : alerts()) {
            String name = alert.get("alert").asText();
            names.add(name);
            assertThat(alert.at("/annotations/runbook").asText())
                    .isEqualTo("docs/operations.md#" + name.toLowerCase(Locale.ROOT));
            assertThat(alert.at("/labels/severity").asText()).isIn("critical", "warning");
        }
        assertThat(headings).containsExactlyElementsOf(names);
    }

    private static List<JsonNode> alerts() throws IOException {
        List<JsonNode> alerts = new ArrayList<>();
        for (JsonNode group : Rendered.YAML.readTree(RULES.toFile()).get("groups")) {
            for (JsonNode rule : group.get("rules")) {
                if (rule.has("alert")) {
                    alerts.add(rule);
                }
            }
        }
        assertThat(alerts).isNotEmpty();
        return alerts;
    }
}
