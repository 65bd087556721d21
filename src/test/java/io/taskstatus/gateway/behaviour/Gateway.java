package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a test of the whole program needs: the packaged gateway as a process of its own, the scripted upstream behind it, and
 * requests as a client makes them. Freshness is as it ships, timeouts are short, and the circuit never has seen enough to
 * open, since most tests make the upstream fail.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class Gateway {
    static final String PATH = "/task/function/execution-status/";
    static final String ADMIN_TOKEN = "the-operators-token";
    /** What the settings of the fault tolerance around attempts begin with. */
    static final String GUARD = "quarkus.fault-tolerance.\"io.taskstatus.gateway.upstream.UpstreamGuard/attempt\".";

    FakeUpstream upstream;
    GatewayProcess process;

    /** The settings that the gateway is started with, beside its store's folder. */
    Map<String, String> settings() {
        Map<String, String> settings = new HashMap<>();
        settings.put("gateway.upstream.url", "http://127.0.0.1:" + upstream.port() + "/prefix");
        settings.put("gateway.upstream.api-key", "the-gateways-own-key");
        settings.put("gateway.upstream.connect-timeout", "500ms");
        settings.put("gateway.upstream.attempt-timeout", "2s");
        settings.put("gateway.upstream.max-body", "2M");
        settings.put("gateway.admin.token", ADMIN_TOKEN);
        settings.put(GUARD + "circuit-breaker.request-volume-threshold", "1000000");
        return settings;
    }

    /** The first request of a process takes its time, and what is kept for a second may be gone by then. */
    @BeforeAll
    void startGateway(@TempDir Path folder) throws IOException {
        upstream = FakeUpstream.start();
        process = GatewayProcess.start(Stream.concat(
                        Stream.of("-Dgateway.store.path=" + folder.resolve("store")),
                        settings().entrySet().stream()
                                .map(setting -> "-D" + setting.getKey() + "=" + setting.getValue()))
                .toArray(String[]::new));
        get(anyId()).jsonPath().getString("code");
    }

    @AfterAll
    void stopGateway() throws IOException {
        if (process != null) {
            process.close();
        }
        upstream.close();
    }

    /** An id that nobody has asked for. */
    static String anyId() {
        return UUID.randomUUID().toString();
    }

    /** The public port. */
    int port() {
        return process.port();
    }

    /** Where the public port is. */
    URI address() {
        return URI.create("http://127.0.0.1:" + port() + "/");
    }

    /** The URL of {@code path} on the management port. */
    String management(String path) {
        return "http://127.0.0.1:" + process.managementPort() + path;
    }

    /** A request whose path is sent as it is spelled. */
    RequestSpecification client() {
        return given().baseUri("http://127.0.0.1").port(port()).urlEncodingEnabled(false);
    }

    Response get(String id) {
        return client().get(PATH + id);
    }

    Response get(String id, String header, String value) {
        return client().header(header, value).get(PATH + id);
    }

    /** How many clients wait. */
    int waiters() throws IOException, InterruptedException {
        return (int) process.metric("gateway_waiters");
    }

    /** One field of {@code Cache-Status}: its value, or an empty string for one without; {@code null} where it is absent. */
    static @Nullable String cacheStatus(Response response, String parameter) {
        for (String part : response.header("Cache-Status").split("; ", -1)) {
            if (part.equals(parameter)) {
                return "";
            }
            if (part.startsWith(parameter + "=")) {
                return part.substring(parameter.length() + 1);
            }
        }
        return null;
    }
}
