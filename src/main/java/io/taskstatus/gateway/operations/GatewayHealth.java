package io.taskstatus.gateway.operations;

import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.UpstreamState;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * What an operator sees of the parts. The upstream and the circuit are data on a check that stays up: a gateway whose
 * upstream is down still serves what it has, and taking it out of the rotation would lose that too.
 */
@Singleton
public class GatewayHealth {
    @Produces
    @Liveness
    @Singleton
    HealthCheck process() {
        return () -> HealthCheckResponse.named("process").up().build();
    }

    @Produces
    @Startup
    @Singleton
    HealthCheck started() {
        return () -> HealthCheckResponse.named("started").up().build();
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck lookup(StatusLookup lookup, PatientLookup patience) {
        return () -> HealthCheckResponse.named("lookup")
                .up()
                .withData("memoryEntries", lookup.holdings().memoryEntries())
                .withData("waiters", patience.waiters())
                .build();
    }

    @Produces
    @Readiness
    @Singleton
    HealthCheck upstream(UpstreamState upstream) {
        return () -> HealthCheckResponse.named("upstream")
                .up()
                .withData("circuitOpen", upstream.isCircuitOpen())
                .withData("paused", upstream.isPaused())
                .withData("fetchesInFlight", upstream.fetchesInFlight())
                .withData("fetchesWaiting", upstream.fetchesWaiting())
                .build();
    }
}
