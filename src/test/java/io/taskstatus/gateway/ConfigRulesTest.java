package io.taskstatus.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.ConfigMappings;
import io.smallrye.config.ConfigMappings.ConfigClass;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What settings may be, and what is said of those that may not. */
class ConfigRulesTest {
    private static final String HASH = "a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3e4f5abcd";

    @Test
    void theNamesAreThoseOfTheMapping() {
        Set<String> mapped =
                ConfigMappings.getProperties(ConfigClass.configClass(GatewayConfig.class, "gateway")).keySet().stream()
                        .filter(name -> !name.startsWith("gateway.teams"))
                        .collect(Collectors.toSet());

        assertThat(ConfigRules.NAMES).containsExactlyInAnyOrderElementsOf(mapped);
    }

    @Test
    void theDefaultsAreRight() {
        GatewayConfig config = config(Map.of());

        assertThat(ConfigRules.complaints(config, ConfigRulesTest::unset)).isEmpty();
        assertThat(ConfigRules.checked(config, ConfigRulesTest::unset)).isSameAs(config);
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.upstream.url,ftp://host",
        "gateway.upstream.url,http:///path",
        "gateway.upstream.url,run.example.com",
        "gateway.upstream.url,http://user:secret@host",
        "gateway.upstream.url,http://host/?q=1",
        "gateway.upstream.url,http://host/#f",
        "gateway.upstream.url,http://host:0",
        "gateway.upstream.url,http://host:65536",
        "gateway.upstream.connect-timeout,0s",
        "gateway.upstream.attempt-timeout,11m",
        "gateway.upstream.deadline,-1s",
        "gateway.upstream.max-body,0",
        "gateway.upstream.max-body,513M",
        "gateway.upstream.max-body,9999999T",
        "gateway.upstream.max-concurrent,0",
        "gateway.upstream.max-concurrent,100001",
        "gateway.upstream.max-waiting,-1",
        "gateway.freshness.running,-1s",
        "gateway.freshness.running,25h",
        "gateway.freshness.running-max,-1s",
        "gateway.freshness.not-found,-1s",
        "gateway.freshness.error,-1s",
        "gateway.freshness.stale-if-error,-1s",
        "gateway.memory.max-size,9999999T",
        "gateway.wait.max,-1s",
        "gateway.wait.max-waiters,-1",
        "gateway.stream.max,0s",
        "gateway.store.path,' '",
        "gateway.admin.token,' secret'",
        "gateway.admin.token,'secret\n'",
        "gateway.store.namespace,' '",
        "gateway.limits.requests-per-second,0",
        "gateway.limits.fetches-per-second,-1",
        "gateway.limits.fetches-per-second,NaN",
        "gateway.limits.fetches-per-second,1000001",
        "gateway.access,token",
        "gateway.teams.blue.requests-per-second,0",
        "gateway.teams.blue.fetches-per-second,-2",
        "gateway.teams.blue.token-sha256,abc"
    })
    void aBadValueIsNamedInOneLine(String name, String value) {
        assertThatThrownBy(() -> ConfigRules.checked(config(Map.of(name, value)), ConfigRulesTest::unset))
                .satisfies(failure -> {
                    String said = failure.getMessage();
                    assertThat(said).contains(name).doesNotContain("secret");
                    if (failure instanceof ConfigRules.Violated violated) {
                        assertThat(violated.complaints()).hasSize(1);
                    }
                });
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.upstream.url,http://127.0.0.1:1/prefix/",
        "gateway.upstream.url,HTTPS://[::1]:8443",
        "gateway.upstream.url,http://host:65535",
        "gateway.upstream.api-key,a key of printable ASCII",
        "gateway.upstream.max-waiting,0",
        "gateway.freshness.running,0s",
        "gateway.freshness.running,1h",
        "gateway.memory.max-size,0",
        "gateway.wait.max-waiters,0",
        "gateway.wait.max,0s",
        "gateway.store.namespace,any words",
        "gateway.limits.requests-per-second,0.5"
    })
    void whatIsAllowedIsAllowed(String name, String value) {
        assertThatCode(() -> ConfigRules.checked(config(Map.of(name, value)), ConfigRulesTest::unset))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({
        "gateway.upstream.url,'',is empty",
        "gateway.upstream.url,http://user:secret@host/a b,is \"http://…@host/a b\"",
        "gateway.upstream.deadline,soon,is \"soon\"",
        "gateway.upstream.max-body,-1,is \"-1\"",
        "gateway.upstream.max-waiting,99999999999,is \"99999999999\"",
        "gateway.store.kind,floppy,is \"floppy\"",
        "gateway.limits.requests-per-second,many,is \"many\""
    })
    void aValueOfTheWrongTypeIsToldInPlainWords(String name, String value, String words) {
        assertThatThrownBy(() -> config(Map.of(name, value)))
                .isInstanceOfSatisfying(
                        ConfigValidationException.class, wrong -> assertThat(StartFailure.problems(wrong))
                                .singleElement()
                                .asString()
                                .startsWith(name + " " + words)
                                .doesNotContain("secret", "Exception", "Converter", "java."));
    }

    /** Nothing of what is not the gateway's own. */
    private static Optional<String> unset(String property) {
        return Optional.empty();
    }

    private static Function<String, Optional<String>> with(String name, String value) {
        return property -> Optional.of(value).filter(any -> property.equals(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "65536", "99999999"})
    void aPortHasToBeOne(String port) {
        for (String name : List.of("quarkus.http.port", "quarkus.management.port")) {
            assertThat(ConfigRules.complaints(config(Map.of()), with(name, port)))
                    .singleElement()
                    .asString()
                    .startsWith(name + " is " + port);
            assertThat(ConfigRules.complaints(config(Map.of()), with(name, "0")))
                    .isEmpty();
        }
    }

    @Test
    void redisHasToBeNamed() {
        GatewayConfig config = config(Map.of("gateway.store.kind", "redis"));

        assertThat(ConfigRules.complaints(config, ConfigRulesTest::unset))
                .singleElement()
                .asString()
                .contains("gateway.store.kind", "quarkus.redis.hosts");
        assertThat(ConfigRules.complaints(config, with("quarkus.redis.hosts", "redis://there")))
                .isEmpty();
    }

    @Test
    void theApiKeyIsNeverRepeated() {
        List<String> complaints =
                ConfigRules.complaints(config(Map.of("gateway.upstream.api-key", "se\ncret")), ConfigRulesTest::unset);

        assertThat(complaints)
                .singleElement()
                .asString()
                .contains("gateway.upstream.api-key")
                .doesNotContain("se");
    }

    @Test
    void everythingThatIsWrongIsTold() {
        List<String> complaints = ConfigRules.complaints(
                config(Map.of("gateway.wait.max", "-1s", "gateway.stream.max", "0s", "gateway.access", "token")),
                ConfigRulesTest::unset);

        assertThat(complaints)
                .hasSize(3)
                .anyMatch(line -> line.startsWith("gateway.wait.max "))
                .anyMatch(line -> line.startsWith("gateway.stream.max "))
                .anyMatch(line -> line.startsWith("gateway.access "));
    }

    @Test
    void tokenAccessWithATeamIsRight() {
        Map<String, String> settings = Map.of(
                "gateway.access",
                "token",
                "gateway.teams.blue.token-sha256",
                HASH + ", " + HASH.toUpperCase(Locale.ROOT));

        assertThat(ConfigRules.complaints(config(settings), ConfigRulesTest::unset))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"token-sha256," + HASH, "requests-per-second,1", "fetches-per-second,1"})
    void aTeamHasAPlainName(String setting, String value) {
        String name = "gateway.teams.Blue_1." + setting;
        assertThat(ConfigRules.complaints(config(Map.of(name, value)), ConfigRulesTest::unset))
                .singleElement()
                .asString()
                .startsWith(name + " ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway.upstream.urls",
                "gateway.store",
                "gateway.teams.blue.colour",
                "gateway.teams.Blue.token-sha256",
                "gateway.",
                "GATEWAY_UPSTREAM_URLS",
                "GATEWAY_TEAMS_BLUE_COLOUR"
            })
    void aNameThatIsNoSettingIsTold(String name) {
        assertThat(ConfigRules.unknown(List.of(name))).containsExactly(name);
    }

    @Test
    void aVariableThatIsNoSettingIsToldOnce() {
        assertThat(ConfigRules.unknown(
                        List.of("gateway.upstream.timeout", "GATEWAY_UPSTREAM_TIMEOUT", "gateway.other")))
                .containsExactly("GATEWAY_UPSTREAM_TIMEOUT", "gateway.other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway.upstream.url",
                "gateway.teams.blue.token-sha256",
                "gateway.teams.b1.fetches-per-second",
                "GATEWAY_UPSTREAM_URL",
                "GATEWAY_FRESHNESS_STALE_IF_ERROR",
                "GATEWAY_TEAMS_BLUE_TOKEN_SHA256",
                "GATEWAY_SERVICE_HOST",
                "GATEWAY_PORT",
                "GATEWAY_PORT_8080_TCP_ADDR",
                "quarkus.http.port",
                "gatewayx.y",
                "PATH"
            })
    void settingsAndWhatIsNoneOfOursAreNot(String name) {
        assertThat(ConfigRules.unknown(List.of(name))).isEmpty();
    }

    private static GatewayConfig config(Map<String, String> settings) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(GatewayConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100))
                .build()
                .getConfigMapping(GatewayConfig.class);
    }
}
