package io.taskstatus.gateway.behaviour;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The upstream before which the gateway of a test stands. */
public final class SimulatedUpstream implements QuarkusTestResourceLifecycleManager {
    private static @Nullable FakeUpstream upstream;

    /** The one that is running. */
    static FakeUpstream running() {
        return Objects.requireNonNull(upstream, "no test resource has started an upstream");
    }

    @Override
    public Map<String, String> start() {
        try {
            upstream = FakeUpstream.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of(
                "gateway.upstream.url", running().url(),
                "gateway.store.kind", "none",
                "quarkus.http.test-port", "0",
                "quarkus.management.test-port", "0");
    }

    @Override
    public void stop() {
        running().close();
    }
}
