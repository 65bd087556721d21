package io.taskstatus.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The build lists what the program is made of, and everything has a licence that docs/dependencies.md tells of. */
@Tag("lint")
class LicencesIT {
    /** As the list of components spells them: Apache, EPL with the class path exception or a choice, BSD, MIT, CC0. */
    private static final Set<String> KNOWN = Set.of(
            "Apache-2.0",
            "EPL-1.0",
            "EPL-2.0",
            "GPL-2.0-with-classpath-exception",
            "GNU General Public License, version 2 with the GNU Classpath Exception",
            "BSD-2-Clause",
            "BSD-3-Clause",
            "MIT",
            "MIT-0",
            "CC0-1.0");

    @Test
    void everyComponentHasALicenceThatIsKnown() throws Exception {
        JsonNode components = new ObjectMapper()
                .readTree(Path.of("target", "sbom.json").toFile())
                .get("components");

        assertThat(components).hasSizeGreaterThan(100).allSatisfy(component -> {
            String name = component.get("name").asText();
            assertThat(component.path("version").asText()).as(name).isNotEmpty();
            assertThat(component.path("licenses")).as(name).isNotEmpty().allSatisfy(choice -> {
                JsonNode licence = choice.path("license");
                assertThat(
                                licence.has("id")
                                        ? licence.get("id").asText()
                                        : licence.path("name").asText())
                        .as(name)
                        .isIn(KNOWN);
            });
        });
    }
}
