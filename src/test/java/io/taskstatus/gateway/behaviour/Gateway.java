package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;

import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.util.UUID;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** What a test of the whole program needs: the upstream behind the gateway, and requests as a client makes them. */
class Gateway {
    static final String PATH = "/task/function/execution-status/";

    static FakeUpstream upstream;
    private static boolean warm;

    @BeforeAll
    static void startUpstream() throws IOException {
        upstream = FakeUpstream.start(AgainstUpstream.port());
    }

    /** The first request of a process takes its time, and what is kept for a second may be gone by then. */
    @BeforeEach
    void warmUp() {
        if (!warm) {
            warm = true;
            get(anyId()).jsonPath().getString("code");
        }
    }

    @AfterAll
    static void stopUpstream() {
        upstream.close();
    }

    /** An id that nobody has asked for. */
    static String anyId() {
        return UUID.randomUUID().toString();
    }

    /** A request whose path is sent as it is spelled. */
    static RequestSpecification client() {
        return given().urlEncodingEnabled(false);
    }

    static Response get(String id) {
        return client().get(PATH + id);
    }

    static Response get(String id, String header, String value) {
        return client().header(header, value).get(PATH + id);
    }

    /** The URL of {@code path} on the management port. */
    static String management(String path) {
        return "http://localhost:"
                + ConfigProvider.getConfig().getValue("quarkus.management.test-port", Integer.class)
                + path;
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
