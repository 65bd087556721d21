package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;

/**
 * The first that a request meets on the long way: dates its answer, times it where it is for a status, and opens the short way
 * ({@link HitHandler}) for those that come after it on the same connection.
 */
public final class HitRoute implements Handler<RoutingContext> {
    private final Hits hits;
    private final RequestTimer timer;
    private final Time time;
    private final boolean opens;

    /** @param opens whether there may be a short way: where not, requests are only timed */
    public HitRoute(StatusLookup lookup, LookupObserver observer, RequestTimer timer, Time time, boolean opens) {
        this.hits = new Hits(lookup, observer, timer, time);
        this.timer = timer;
        this.time = time;
        this.opens = opens;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        context.addHeadersEndHandler(
                begins -> request.response().putHeader(DateField.NAME, DateField.value(time.now())));
        if (PublicDoor.pathOf(request).startsWith(PublicPaths.STATUS)) {
            long began = time.ticks();
            context.addEndHandler(ended -> {
                if (ended.succeeded()) {
                    timer.took(request.method(), request.response().getStatusCode(), time.ticks() - began);
                }
            });
            if (opens && request.connection() instanceof ConnectionBase connection) {
                HitHandler.open(connection.channelHandlerContext().pipeline(), hits::answer);
            }
        }
        if (isMalformed(context)) {
            context.fail(400);
        } else {
            context.next();
        }
    }

    /**
     * Whether the target has a percent sign that encodes nothing, over which the framework stumbles further on, or whether the
     * request is not for one host (RFC 9112, section 3.2), which proxies before and behind may read differently.
     */
    private static boolean isMalformed(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.version() == HttpVersion.HTTP_1_1
                && request.headers().getAll(HttpHeaders.HOST).size() != 1) {
            return true;
        }
        try {
            context.normalizedPath();
            return false;
        } catch (IllegalArgumentException noUri) {
            return true;
        }
    }
}
