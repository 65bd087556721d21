package io.taskstatus.gateway.web;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the long way has under way on one connection of HTTP/1.1. It sits between the codec and Vert.x, on the connection's
 * event loop.
 */
final class Exchanges extends ChannelDuplexHandler {
    /** Whoever is to answer in place of the long way sends these fields and no others. */
    private static final Set<String> FIELDS = Set.of(
            "content-type",
            "content-length",
            "x-content-type-options",
            "etag",
            "age",
            "date",
            "vary",
            "cache-control",
            "cache-status",
            "retry-after",
            "preference-applied");

    private static final int SWITCHING_PROTOCOLS = 101;

    /** Whether a request is being handed on, so that what handles it now has nothing before it in line. */
    private boolean handingOn;

    /** Whether {@link #unanswered} is exact: requests that were in line before this was put in were not counted. */
    private boolean counting;

    private int unanswered;
    private boolean inMessage;
    private boolean inInterim;
    /** Whether a status that was answered the long way had these fields alone. */
    private boolean plain;

    /** What comes from here on is no HTTP/1.1. */
    private boolean over;

    /** Whether the long way has nothing under way, and adds nothing of its own to a status. */
    boolean arePlainAndOver() {
        return plain && counting && unanswered == 0 && !inMessage && !over;
    }

    /** Whether the last that the decoder told of was the end of a message. */
    boolean areBetweenMessages() {
        return !inMessage;
    }

    /** A request that came this way is being handled: Vert.x does so at once only where nothing else is under way. */
    void handled() {
        if (handingOn) {
            counting = true;
            unanswered = 1;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpRequest) {
            unanswered++;
        }
        if (message instanceof HttpObject object) {
            inMessage = !(message instanceof LastHttpContent);
            over |= object.decoderResult().isFailure();
        }
        handingOn = message instanceof HttpRequest;
        context.fireChannelRead(message);
        handingOn = false;
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response) {
            inInterim = response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
            over |= response.status().code() == SWITCHING_PROTOCOLS;
            look(response);
        }
        if (message instanceof LastHttpContent && !inInterim) {
            unanswered--;
        }
        var _ = context.write(message, promise);
    }

    private void look(HttpMessage response) {
        HttpHeaders fields = response.headers();
        if (!fields.contains("cache-status")) {
            return;
        }
        boolean known = true;
        for (Map.Entry<String, String> field : fields) {
            known &= FIELDS.contains(field.getKey().toLowerCase(Locale.ROOT));
        }
        plain = known && fields.getAll("vary").size() == 1;
    }
}
