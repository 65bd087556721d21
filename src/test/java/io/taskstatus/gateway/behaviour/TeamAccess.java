package io.taskstatus.gateway.behaviour;

import java.util.Map;

/**
 * A gateway with teams: blue with two tokens, slow with a limit on requests, frugal with one on fetches;
 * no operator has a token.
 */
abstract class TeamAccess extends Gateway {
    static final String BLUE = "blue-token";
    static final String BLUE_NEXT = "blue-token-next";
    static final String SLOW = "slow-token";
    static final String FRUGAL = "frugal-token";

    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.access", "token");
        settings.put("gateway.teams.blue.token-sha256", Sha256.hex(BLUE) + "," + Sha256.hex(BLUE_NEXT));
        settings.put("gateway.teams.slow.token-sha256", Sha256.hex(SLOW));
        settings.put("gateway.teams.slow.requests-per-second", "0.05");
        settings.put("gateway.teams.frugal.token-sha256", Sha256.hex(FRUGAL));
        settings.put("gateway.teams.frugal.fetches-per-second", "0.05");
        settings.put("gateway.limits.requests-per-second", "10000");
        settings.remove("gateway.admin.token");
        return settings;
    }
}
