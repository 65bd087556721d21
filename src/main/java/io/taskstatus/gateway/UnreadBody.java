package io.taskstatus.gateway;

import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A body that nobody reads: the request is answered all the same. What its client still sends after the answer is thrown
 * away for a while, so that the client gets to read it; then the connection ends.
 */
final class UnreadBody implements Handler<RoutingContext> {
    private final long most;
    private final Duration afterwards;

    /**
     * @param most bytes that are taken in after the answer
     * @param afterwards how long a client may go on sending after its answer
     */
    UnreadBody(long most, Duration afterwards) {
        this.most = most;
        this.afterwards = afterwards;
    }

    @Override
    public void handle(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (!request.isEnded() && mayHaveBody(request)) {
            request.pause();
            context.addEndHandler(answered -> discard(context));
        }
        context.next();
    }

    /** In HTTP/2 nothing in the head says so. */
    private static boolean mayHaveBody(HttpServerRequest request) {
        return request.headers().contains(HttpHeaders.CONTENT_LENGTH)
                || request.headers().contains(HttpHeaders.TRANSFER_ENCODING)
                || request.version() == HttpVersion.HTTP_2;
    }

    private void discard(RoutingContext context) {
        HttpServerRequest request = context.request();
        if (request.isEnded()) {
            return;
        }
        // held on to for no longer than the client sends: it has the answer in it
        Vertx vertx = context.vertx();
        long timer = vertx.setTimer(afterwards.toMillis(), elapsed -> {
            if (!request.isEnded()) {
                cut(request);
            }
        });
        request.handler(stopAtMost(request))
                .endHandler(end -> vertx.cancelTimer(timer))
                .exceptionHandler(gone -> vertx.cancelTimer(timer))
                .resume();
    }

    private Handler<Buffer> stopAtMost(HttpServerRequest request) {
        AtomicLong left = new AtomicLong(most);
        return piece -> {
            if (left.addAndGet(-piece.length()) < 0) {
                request.pause();
            }
        };
    }

    private static void cut(HttpServerRequest request) {
        if (request.version() == HttpVersion.HTTP_2) {
            request.response().reset();
        } else {
            request.connection().close();
        }
    }
}
