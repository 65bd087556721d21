package io.taskstatus.gateway.behaviour;

import static io.restassured.RestAssured.given;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Where access is open, each client address has limits of its own: here behind a proxy that is trusted. */
class AddressLimitsIT {
    private static FakeUpstream upstream;
    private static GatewayProcess gateway;

    @BeforeAll
    static void start() throws IOException {
        upstream = FakeUpstream.start();
        upstream.otherwise(FakeUpstream.says(SUCCESS));
        gateway = GatewayProcess.start(
                "-Dgateway.upstream.url=" + upstream.url(),
                "-Dgateway.store.kind=none",
                "-Dgateway.limits.requests-per-second=0.001",
                "-Dgateway.limits.fetches-per-second=0.001",
                "-Dquarkus.http.proxy.proxy-address-forwarding=true",
                "-Dquarkus.http.proxy.trusted-proxies=127.0.0.1");
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        upstream.close();
    }

    private static Response from(String address, String path) {
        return given().urlEncodingEnabled(false)
                .header("X-Forwarded-For", address)
                .get("http://127.0.0.1:" + gateway.port() + path);
    }

    @Test
    void anAddressSpendsWhatIsItsOwnHoweverItIsWritten() {
        assertThat(from("192.0.2.1", Gateway.PATH + "e-1").statusCode()).isEqualTo(200);
        Response refused = from("192.0.2.1:4711", Gateway.PATH + "e-1");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.jsonPath().getString("code")).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(900, 1_000);
        assertThat(from("192.0.2.2", Gateway.PATH + "e-1").statusCode()).isEqualTo(200);

        assertThat(from("2001:db8::1", Gateway.PATH + "e-1").statusCode()).isEqualTo(200);
        assertThat(from("2001:0db8:0::1", Gateway.PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("[2001:db8::1]:4711", Gateway.PATH + "e-1").statusCode())
                .isEqualTo(429);
        assertThat(from("[2001:db8::1]", Gateway.PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("::ffff:192.0.2.1", Gateway.PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("2001:db8::2", Gateway.PATH + "e-1").statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNoAddressIsOneClientWhateverItsPort() {
        assertThat(from("unknown", Gateway.PATH + "e-1").statusCode()).isEqualTo(200);
        assertThat(from("unknown", Gateway.PATH + "e-1").statusCode()).isEqualTo(429);
    }

    @Test
    void aLimitComesBeforeTheIdAndPagesHaveNone() {
        assertThat(from("198.51.100.1", Gateway.PATH + "a%2Fb").statusCode()).isEqualTo(400);
        assertThat(from("198.51.100.1", Gateway.PATH + "a%2Fb").statusCode()).isEqualTo(429);
        assertThat(from("198.51.100.1", "/nowhere").statusCode()).isEqualTo(404);
        assertThat(from("198.51.100.1", "/openapi").statusCode()).isEqualTo(200);
    }
}
