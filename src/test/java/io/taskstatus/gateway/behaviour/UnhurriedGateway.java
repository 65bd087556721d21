package io.taskstatus.gateway.behaviour;

import java.util.Map;

/** The same gateway with all the time that a test may take to bring its clients together, and polls that come soon. */
abstract class UnhurriedGateway extends Gateway {
    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.upstream.attempt-timeout", "60s");
        settings.put("gateway.upstream.deadline", "60s");
        settings.put("gateway.freshness.running", "250ms");
        settings.put("gateway.freshness.error", "2s");
        settings.put("gateway.wait.max-waiters", "500");
        return settings;
    }
}
