package io.taskstatus.gateway.behaviour;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A gateway with teams: blue with two tokens, slow with a limit on requests, frugal with one on fetches. */
public final class TeamAccess implements QuarkusTestProfile {
    static final String BLUE = "blue-token";
    static final String BLUE_NEXT = "blue-token-next";
    static final String SLOW = "slow-token";
    static final String FRUGAL = "frugal-token";

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "gateway.access",
                "token",
                "gateway.teams.blue.token-sha256",
                Sha256.hex(BLUE) + "," + Sha256.hex(BLUE_NEXT),
                "gateway.teams.slow.token-sha256",
                Sha256.hex(SLOW),
                "gateway.teams.slow.requests-per-second",
                "0.05",
                "gateway.teams.frugal.token-sha256",
                Sha256.hex(FRUGAL),
                "gateway.teams.frugal.fetches-per-second",
                "0.05",
                "gateway.limits.requests-per-second",
                "10000");
    }
}
