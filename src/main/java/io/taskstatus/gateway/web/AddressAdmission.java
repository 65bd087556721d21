package io.taskstatus.gateway.web;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Access is open: {@code Authorization} is never looked at, and each client address has limits of its own. The address is
 * the connection's, or what {@code quarkus.http.proxy.*} makes of it.
 */
public final class AddressAdmission implements Admission {
    private final Limits limits;

    public AddressAdmission(Limits limits) {
        this.limits = limits;
    }

    /** As metrics name everybody. */
    public static Set<String> labels() {
        return Set.of(Caller.NONE);
    }

    @Override
    public void admit(RoutingContext context, Consumer<Verdict> then) {
        then.accept(limits.charge(addressOf(context.request().remoteAddress()), Caller.NONE));
    }

    private static String addressOf(SocketAddress address) {
        return Objects.requireNonNullElse(address.hostAddress(), address.toString());
    }

    @Override
    public String stranger() {
        return Caller.NONE;
    }
}
