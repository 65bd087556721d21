package io.taskstatus.gateway.operations;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreState;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Tells how the store is doing and stays UP: a store that is down is no client's problem and no reason to restart. */
@Readiness
@Singleton
public class StoreHealth implements HealthCheck {
    private final ResultStore store;

    StoreHealth(ResultStore store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        StoreState state = store.state();
        return HealthCheckResponse.named("store")
                .up()
                .withData("up", state.up())
                .withData("detail", state.detail())
                .withData("entries", state.entries())
                .withData("bytes", state.bytes())
                .withData("queued", state.queued())
                .build();
    }
}
