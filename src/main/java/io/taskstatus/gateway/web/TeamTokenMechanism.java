package io.taskstatus.gateway.web;

import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.IdentityProviderManager;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.security.identity.request.AuthenticationRequest;
import io.quarkus.security.runtime.QuarkusPrincipal;
import io.quarkus.security.runtime.QuarkusSecurityIdentity;
import io.quarkus.vertx.http.runtime.security.ChallengeData;
import io.quarkus.vertx.http.runtime.security.HttpAuthenticationMechanism;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Set;

/**
 * {@code Authorization: Bearer <token>} (RFC 6750, section 2.1) for {@link TeamTokens}: the team is the principal, and its
 * one role. Where no token is configured it has nothing to say, and other mechanisms decide.
 */
@Singleton
public class TeamTokenMechanism implements HttpAuthenticationMechanism {
    private static final String SCHEME = "Bearer ";

    private final TeamTokens tokens;

    TeamTokenMechanism(TeamTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    public Uni<SecurityIdentity> authenticate(RoutingContext context, IdentityProviderManager identities) {
        List<String> values = context.request().headers().getAll("Authorization");
        if (tokens.isEmpty() || values.isEmpty()) {
            return Uni.createFrom().nullItem();
        }
        String value = values.getFirst();
        boolean bearer = values.size() == 1 && value.regionMatches(true, 0, SCHEME, 0, SCHEME.length());
        return tokens.teamOf(bearer ? value.substring(SCHEME.length()).strip() : "")
                .map(TeamTokenMechanism::identityOf)
                .map(identity -> Uni.createFrom().item(identity))
                .orElseGet(() -> Uni.createFrom().failure(new AuthenticationFailedException()));
    }

    private static SecurityIdentity identityOf(String team) {
        return QuarkusSecurityIdentity.builder()
                .setPrincipal(new QuarkusPrincipal(team))
                .addRole(team)
                .build();
    }

    @Override
    public Uni<ChallengeData> getChallenge(RoutingContext context) {
        return Uni.createFrom().item(new ChallengeData(401, "WWW-Authenticate", "Bearer"));
    }

    @Override
    public Set<Class<? extends AuthenticationRequest>> getCredentialTypes() {
        return Set.of();
    }
}
