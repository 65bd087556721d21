package io.taskstatus.gateway;

import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.web.AddressAdmission;
import io.taskstatus.gateway.web.Admission;
import io.taskstatus.gateway.web.Limits;
import io.taskstatus.gateway.web.Limits.Rates;
import io.taskstatus.gateway.web.TeamAdmission;
import io.taskstatus.gateway.web.TeamTokens;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Who may ask and how often, from the settings. */
final class AccessWiring {
    private AccessWiring() {}

    /** The teams' tokens, none unless access is by token. */
    static TeamTokens tokens(GatewayConfig config) {
        Map<String, String> hashes = new HashMap<>();
        if (config.access() == GatewayConfig.Access.TOKEN) {
            config.teams().forEach((name, team) -> team.tokenSha256().ifPresent(list -> hashes.put(name, list)));
        }
        return new TeamTokens(hashes);
    }

    /** Whom metrics name. */
    static Set<String> labels(GatewayConfig config) {
        return config.access() == GatewayConfig.Access.OPEN
                ? AddressAdmission.labels()
                : TeamAdmission.labels(config.teams().keySet());
    }

    /** Nothing where everybody may ask as often as they like. */
    static Optional<Admission> admission(GatewayConfig config, Time time) {
        Rates general =
                new Rates(config.limits().requestsPerSecond(), config.limits().fetchesPerSecond());
        if (config.access() == GatewayConfig.Access.OPEN) {
            Limits limits = new Limits(general, Map.of(), time);
            return limits.isUnlimited() ? Optional.empty() : Optional.of(new AddressAdmission(limits));
        }
        Map<String, Rates> own = new HashMap<>();
        config.teams()
                .forEach((name, team) ->
                        own.put(name, new Rates(team.requestsPerSecond(), team.fetchesPerSecond()).orElse(general)));
        return Optional.of(new TeamAdmission(own.keySet(), new Limits(general, own, time)));
    }
}
