package io.taskstatus.gateway.behaviour;

import java.util.HashMap;
import java.util.Map;

/** The same gateway with all the time that a test may take to bring its clients together, and polls that come soon. */
public final class UnhurriedGateway extends AgainstUpstream {
    @Override
    public Map<String, String> getConfigOverrides() {
        Map<String, String> overrides = new HashMap<>(super.getConfigOverrides());
        overrides.put("gateway.upstream.attempt-timeout", "60s");
        overrides.put("gateway.upstream.deadline", "60s");
        overrides.put("gateway.freshness.running", "250ms");
        overrides.put("gateway.freshness.error", "2s");
        overrides.put("gateway.wait.max-waiters", "500");
        return overrides;
    }
}
