package io.taskstatus.gateway.web;

import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.net.InetAddress;
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

    /** One text for each address, however it is written: a proxy may name an IPv6 address in brackets, or a word. */
    private static String addressOf(SocketAddress address) {
        String named = Objects.requireNonNullElse(
                address.hostAddress(), Objects.requireNonNullElse(address.host(), address.toString()));
        String bare = named.startsWith("[") && named.endsWith("]") ? named.substring(1, named.length() - 1) : named;
        try {
            return InetAddress.ofLiteral(bare).getHostAddress();
        } catch (IllegalArgumentException word) {
            return bare;
        }
    }

    @Override
    public String stranger() {
        return Caller.NONE;
    }
}
