package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.FakeUpstream;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A wrong setting ends the start with one clear line that names it; what is wrong is in {@code ConfigRulesTest}. */
@Order(1)
class SettingsIT {
    @ParameterizedTest
    @CsvSource({
        "gateway.upstream.deadline, soon",
        "gateway.upstream.url, ftp://example.org",
        "gateway.store.kind, redis",
        "gateway.access, token",
        "quarkus.management.port, 65536",
    })
    void aWrongSettingEndsTheStart(String name, String value) throws Exception {
        String output = outputOf("-D" + name + "=" + value);
        assertThat(output.lines().filter(line -> line.contains(name)))
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).startsWith("{").contains("FATAL"));
        assertThat(output).doesNotContain("\tat ", "stackTrace");
    }

    @Test
    void anAddressThatIsNoRedissEndsTheStart() throws Exception {
        String output = outputOf("-Dgateway.store.kind=redis", "-Dquarkus.redis.hosts=http://user:hidden@there:1");
        assertThat(output.lines().filter(line -> line.contains("quarkus.redis.hosts")))
                .hasSize(1);
        assertThat(output).doesNotContain("hidden", "\tat ", "stackTrace");
    }

    @Test
    void oidcThatIsToldNothingElseEndsTheStart() throws Exception {
        isOneLineThatNames(
                "quarkus.oidc.auth-server-url", outputOf("-Dgateway.access=oidc", "-Dgateway.store.kind=none"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"quarkus.http.port", "quarkus.management.port"})
    void aPortThatIsTakenEndsTheStart(String name) throws Exception {
        try (ServerSocket taken = new ServerSocket(0)) {
            isOneLineThatNames(name, outputOf("-D" + name + "=" + taken.getLocalPort(), "-Dgateway.store.kind=none"));
        }
    }

    private static void isOneLineThatNames(String name, String output) {
        assertThat(output.lines())
                .singleElement()
                .asString()
                .startsWith("{")
                .contains("FATAL", name)
                .doesNotContain("exceptionType");
    }

    /** What a gateway says that does not start. */
    private static String outputOf(String... settings) throws Exception {
        List<String> options = new ArrayList<>(List.of("-Dquarkus.http.port=0", "-Dquarkus.management.port=0"));
        options.addAll(List.of(settings));
        List<String> command = GatewayProcess.command(options);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // meant for the tests, and no setting
        builder.environment().remove("GATEWAY_TESTS_REQUIRE");
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return output;
    }

    @Test
    void anUnknownSettingIsWarnedAbout(@TempDir Path folder) throws Exception {
        try (GatewayProcess gateway =
                GatewayProcess.start("-Dgateway.upstream.timeout=1s", "-Dgateway.store.path=" + folder)) {
            assertThat(gateway.log().lines().filter(line -> line.contains("gateway.upstream.timeout")))
                    .hasSize(1)
                    .allSatisfy(line -> assertThat(line).contains("WARN"));
            assertThat(gateway.log().lines())
                    .allSatisfy(line -> assertThat(line).startsWith("{"));
        }
    }

    @Test
    void noLineHoldsAnIdNotEvenAtDebug() throws Exception {
        String id = "0f8fad5b-d9cb-469f-a165-70867728950e";
        try (FakeUpstream upstream = FakeUpstream.start();
                GatewayProcess gateway = GatewayProcess.start(
                        "-Dquarkus.log.level=DEBUG",
                        "-Dgateway.upstream.url=" + upstream.url(),
                        "-Dgateway.upstream.api-key=hidden-key",
                        "-Dgateway.admin.token=hidden-token",
                        "-Dgateway.store.kind=none")) {
            String clients = "http://127.0.0.1:" + gateway.port();
            String status = clients + Gateway.PATH + id;
            given().header("x-api-key", "hidden-too").get(status).then().statusCode(404);
            given().post(status).then().statusCode(405);
            given().get(clients + "/nowhere/" + id).then().statusCode(404);
            given().header("Authorization", "Bearer hidden-token")
                    .delete("http://127.0.0.1:" + gateway.managementPort() + "/admin/results/" + id)
                    .then()
                    .statusCode(200);
            assertThat(gateway.log()).contains("\"DEBUG\"").doesNotContain(id, "hidden");
            assertThat(gateway.log().lines())
                    .allSatisfy(line -> assertThat(line).startsWith("{"));
        }
    }
}
