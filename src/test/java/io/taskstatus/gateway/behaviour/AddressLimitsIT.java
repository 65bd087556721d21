package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Where access is open, each client address has limits of its own: here behind a proxy that is trusted. */
class AddressLimitsIT extends Gateway {
    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.limits.requests-per-second", "0.001");
        settings.put("gateway.limits.fetches-per-second", "0.001");
        settings.put("quarkus.http.proxy.proxy-address-forwarding", "true");
        settings.put("quarkus.http.proxy.trusted-proxies", "127.0.0.1");
        upstream.otherwise(FakeUpstream.says(SUCCESS));
        return settings;
    }

    private Response from(String address, String path) {
        return client().header("X-Forwarded-For", address).get(path);
    }

    @Test
    void anAddressSpendsWhatIsItsOwnHoweverItIsWritten() {
        assertThat(from("192.0.2.1", PATH + "e-1").statusCode()).isEqualTo(200);
        Response refused = from("192.0.2.1:4711", PATH + "e-1");
        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.jsonPath().getString("code")).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(900, 1_000);
        assertThat(from("192.0.2.2", PATH + "e-1").statusCode()).isEqualTo(200);

        assertThat(from("2001:db8::1", PATH + "e-1").statusCode()).isEqualTo(200);
        assertThat(from("2001:0db8:0::1", PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("[2001:db8::1]:4711", PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("[2001:db8::1]", PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("::ffff:192.0.2.1", PATH + "e-1").statusCode()).isEqualTo(429);
        assertThat(from("2001:db8::2", PATH + "e-1").statusCode()).isEqualTo(200);
    }

    @Test
    void whatIsNoAddressIsOneClientWhateverItsPort() {
        assertThat(from("unknown", PATH + "e-1").statusCode()).isEqualTo(200);
        assertThat(from("unknown", PATH + "e-1").statusCode()).isEqualTo(429);
    }

    @Test
    void aLimitComesBeforeTheIdAndPagesHaveNone() {
        assertThat(from("198.51.100.1", PATH + "a%2Fb").statusCode()).isEqualTo(400);
        assertThat(from("198.51.100.1", PATH + "a%2Fb").statusCode()).isEqualTo(429);
        assertThat(from("198.51.100.1", "/nowhere").statusCode()).isEqualTo(404);
        assertThat(from("198.51.100.1", "/openapi").statusCode()).isEqualTo(200);
    }
}
