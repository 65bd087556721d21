package io.taskstatus.gateway.web;

import io.quarkus.oidc.TokenIntrospection;
import io.quarkus.oidc.runtime.OidcUtils;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.quarkus.vertx.http.runtime.security.QuarkusHttpUser;
import io.taskstatus.gateway.lookup.FailureReason;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Access takes a bearer token, which Quarkus' authentication mechanisms look at ({@link TeamTokenMechanism} or
 * quarkus-oidc); each team has limits of its own.
 */
public final class TeamAdmission implements Admission {
    private static final Logger LOG = Logger.getLogger(TeamAdmission.class);
    private static final String CLAIM = "team";
    /** Before a name that is no team's, so that it never becomes one. */
    private static final String NOT_A_TEAM = "~";

    private final Set<String> teams;
    private final Limits limits;

    /** @param teams the configured names */
    public TeamAdmission(Set<String> teams, Limits limits) {
        this.teams = Set.copyOf(teams);
        this.limits = limits;
    }

    /** As metrics name the teams. */
    public static Set<String> labels(Set<String> teams) {
        Set<String> labels = new HashSet<>(teams);
        labels.add(Caller.OTHER);
        return labels;
    }

    @Override
    public void admit(RoutingContext context, Consumer<Verdict> then) {
        Context here = context.vertx().getOrCreateContext();
        // else Quarkus answers a bad token itself, without a problem document
        var _ = context.remove(QuarkusHttpUser.AUTH_FAILURE_HANDLER);
        QuarkusHttpUser.getSecurityIdentity(context, null)
                .subscribe()
                .with(
                        identity -> on(here, () -> then.accept(decide(identity))),
                        failure -> on(here, () -> then.accept(refuse(failure))));
    }

    /** An identity that comes from elsewhere, as after a call to an OIDC server, may arrive on another thread. */
    private static void on(Context context, Runnable action) {
        if (context.equals(Vertx.currentContext())) {
            action.run();
        } else {
            context.runOnContext(ignored -> action.run());
        }
    }

    private Verdict decide(@Nullable SecurityIdentity identity) {
        if (identity == null || identity.isAnonymous()) {
            return new Refused(FailureReason.UNAUTHORIZED, Caller.OTHER, Duration.ZERO);
        }
        Optional<String> team = teamOf(identity);
        String account = team.orElseGet(() ->
                NOT_A_TEAM + claimOf(identity).orElse(identity.getPrincipal().getName()));
        return limits.charge(account, team.orElse(Caller.OTHER));
    }

    private static Verdict refuse(Throwable failure) {
        if (failure instanceof AuthenticationFailedException) {
            return new Refused(FailureReason.UNAUTHORIZED, Caller.OTHER, Duration.ZERO);
        }
        LOG.warnf("A token could not be looked at: %s", failure);
        return new Refused(FailureReason.INTERNAL_ERROR, Caller.OTHER, Duration.ZERO);
    }

    /**
     * The team that the claim {@code team} names, else the one among the roles, which
     * {@code quarkus.oidc.roles.role-claim-path} takes from wherever they are.
     */
    private Optional<String> teamOf(SecurityIdentity identity) {
        return claimOf(identity).filter(teams::contains).or(() -> identity.getRoles().stream()
                .filter(teams::contains)
                .sorted()
                .findFirst());
    }

    private static Optional<String> claimOf(SecurityIdentity identity) {
        if (identity.getPrincipal() instanceof JsonWebToken token && token.getClaim(CLAIM) instanceof String name) {
            return Optional.of(name);
        }
        return identity.getAttribute(OidcUtils.INTROSPECTION_ATTRIBUTE) instanceof TokenIntrospection token
                ? Optional.ofNullable(token.getString(CLAIM))
                : Optional.empty();
    }

    @Override
    public String stranger() {
        return Caller.OTHER;
    }
}
