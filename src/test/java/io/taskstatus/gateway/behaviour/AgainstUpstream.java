package io.taskstatus.gateway.behaviour;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A gateway before the scripted upstream of {@link Gateway}: freshness as it ships, short timeouts, and a circuit that
 * never has seen enough to open, since most tests make the upstream fail.
 */
public class AgainstUpstream implements QuarkusTestProfile {
    static final String ADMIN_TOKEN = "the-operators-token";

    private static final String PORT = "behaviour.upstream.port";

    /**
     * The upstream's port, chosen once for the process: the profile and the tests live in different class loaders. It is below
     * those that connections get by themselves, one of which could have it while no test class listens on it.
     */
    static synchronized int port() {
        while (Integer.getInteger(PORT) == null) {
            int candidate = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket free = new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                System.setProperty(PORT, Integer.toString(free.getLocalPort()));
            } catch (IOException taken) {
                // another one, then
            }
        }
        return Integer.getInteger(PORT);
    }

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            return Map.of(
                    "gateway.upstream.url",
                    "http://127.0.0.1:" + port() + "/prefix",
                    "gateway.upstream.api-key",
                    "the-gateways-own-key",
                    "gateway.upstream.connect-timeout",
                    "500ms",
                    "gateway.upstream.attempt-timeout",
                    "800ms",
                    "gateway.upstream.max-body",
                    "2M",
                    "gateway.admin.token",
                    ADMIN_TOKEN,
                    "gateway.store.path",
                    Files.createTempDirectory("gateway-store").toString(),
                    "quarkus.fault-tolerance.\"io.taskstatus.gateway.upstream.UpstreamGuard/attempt\""
                            + ".circuit-breaker.request-volume-threshold",
                    "1000000");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
