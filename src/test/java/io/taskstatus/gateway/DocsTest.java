package io.taskstatus.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every setting, error code and outcome has its row in the docs, and no row names what is gone. */
class DocsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

    @Test
    void everySettingHasItsRowAndNoRowNamesAnother() throws IOException {
        Set<String> documented = namesIn("docs/configuration.md", "^\\| `(gateway\\.[a-z.<>0-9-]+)` \\|");
        Set<String> settings = new TreeSet<>(ConfigRules.NAMES);
        Stream.of("token-sha256", "requests-per-second", "fetches-per-second")
                .forEach(name -> settings.add("gateway.teams.<name>." + name));
        assertThat(documented).isEqualTo(settings);
    }

    @Test
    void everyErrorCodeIsExplainedAndNoOther() throws IOException {
        Set<String> documented = namesIn("docs/http-api.md", "^\\| `([a-z_]+)` \\| \\d{3} \\|");
        documented.addAll(namesIn("docs/http-api.md", "`(admin_disabled|invalid_import|import_too_large)`"));
        assertThat(documented)
                .isEqualTo(Stream.of(FailureReason.values())
                        .map(FailureReason::code)
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    @Test
    void everyErrorCodesRowHasItsStatus() throws IOException {
        String rows = Files.readString(Path.of("docs/http-api.md"));
        for (FailureReason reason : FailureReason.values()) {
            String row = "| `" + reason.code() + "` |";
            if (rows.contains(row)) {
                assertThat(rows)
                        .contains(row + " " + reason.status() + " | " + (reason.isRetryable() ? "yes" : "no") + " |");
            }
        }
    }

    @Test
    void everyOutcomeIsNamed() throws IOException {
        assertThat(Files.readString(Path.of("docs/glossary.md")))
                .contains(Stream.of(Outcome.values()).map(Outcome::word).collect(Collectors.joining(", ")));
    }

    @Test
    void linksBetweenDocumentsLeadSomewhere() throws IOException {
        try (Stream<Path> top = Files.list(Path.of("."));
                Stream<Path> below = Files.walk(Path.of("docs"))) {
            Stream<Path> documents = Stream.concat(top, below);
            for (Path document :
                    documents.filter(path -> path.toString().endsWith(".md")).toList()) {
                for (MatchResult link :
                        LINK.matcher(Files.readString(document)).results().toList()) {
                    assertThat(document.resolveSibling(link.group(1)))
                            .as("in %s", document)
                            .exists();
                }
            }
        }
    }

    private static Set<String> namesIn(String document, String pattern) throws IOException {
        return Pattern.compile(pattern, Pattern.MULTILINE)
                .matcher(Files.readString(Path.of(document)))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
