package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Quarkus' own settings reach the upstream room: the numbers of fault tolerance, and an egress proxy. */
@QuarkusTest
@Tag("quarkus")
@TestProfile(UpstreamOverridesTest.Overrides.class)
class UpstreamOverridesTest {
    public static class Overrides implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            String guard = "quarkus.fault-tolerance.\"io.taskstatus.gateway.upstream.UpstreamGuard/attempt\".";
            return Map.of(
                    guard + "circuit-breaker.request-volume-threshold",
                    "4",
                    guard + "circuit-breaker.delay",
                    "700",
                    guard + "circuit-breaker.delay-unit",
                    "millis",
                    "quarkus.fault-tolerance.global.retry.max-retries",
                    "1",
                    "quarkus.proxy.host",
                    "127.0.0.1",
                    "quarkus.proxy.port",
                    Integer.toString(freePort()));
        }

        private static int freePort() {
            try (ServerSocket socket = new ServerSocket(0)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Inject
    UpstreamGuard guard;

    @ConfigProperty(name = "quarkus.proxy.port")
    int proxyPort;

    private Rig rig;

    /** A name that nobody but the proxy can resolve. */
    @BeforeEach
    void start() throws IOException {
        UpstreamSettings settings = Rig.settings("http://upstream.invalid");
        rig = Rig.of(guard, FakeUpstream.start(proxyPort), settings, s -> new UpstreamWire(s, Optional.empty()));
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    @Test
    void theProxyIsAskedInPlaceOfTheUpstream() {
        rig.upstream.says(Rig.ID.value(), RUNNING);
        rig.found();
        assertThat(rig.upstream.requests().getFirst().target())
                .isEqualTo("http://upstream.invalid" + FakeUpstream.PATH + Rig.ID.value());
        assertThat(rig.upstream.requests().getFirst().header("host")).isEqualTo("upstream.invalid");
    }

    @Test
    void theNumbersOfFaultToleranceAreTheOperators() {
        rig.upstream.answers("bad", status(502));
        rig.upstream.says("good", RUNNING);
        assertThat(rig.failure("bad").reason()).isEqualTo(FailureReason.UPSTREAM_ERROR);
        assertThat(rig.upstream.fetchesOf("bad")).isEqualTo(2);
        assertThat(rig.client.isCircuitOpen()).isFalse();
        rig.failure("bad");
        assertThat(rig.client.isCircuitOpen()).isTrue();
        SourceFailure refused = rig.failure("good");
        assertThat(refused.reason()).isEqualTo(FailureReason.CIRCUIT_OPEN);
        assertThat(refused.retryAt().orElseThrow() - rig.time().ticks())
                .isLessThanOrEqualTo(Duration.ofMillis(700).toNanos());
        await().until(() -> !guard.isShut());
        assertThat(rig.client.isCircuitOpen()).isTrue();
        rig.found("good");
        assertThat(rig.client.isCircuitOpen()).isFalse();
    }

    @Test
    void aBadProbeOpensTheCircuitAgain() {
        rig.upstream.answers("bad", status(501));
        for (int i = 0; i < 4; i++) {
            rig.failure("bad");
        }
        await().until(() -> !guard.isShut());
        assertThat(rig.failure("bad").reason()).isEqualTo(FailureReason.UPSTREAM_ERROR);
        assertThat(rig.failure("bad").reason()).isEqualTo(FailureReason.CIRCUIT_OPEN);
        assertThat(rig.upstream.fetchesOf("bad")).isEqualTo(5);
    }
}
