package io.taskstatus.gateway.upstream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.impl.HttpClientConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What Vert.x does not tell of a connection: how often it was used, whether anything came back, and when its time is over.
 * It sits in the connection's pipeline, before HTTP is read.
 */
final class ConnectionLife extends ChannelInboundHandlerAdapter {
    private static final AttributeKey<ConnectionLife> KEY = AttributeKey.valueOf(ConnectionLife.class, "life");
    private static final byte[] HTTP = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);

    private final Channel channel;
    private int uses;
    /** The request that it has now; none between two. */
    private @Nullable HttpClientRequest present;

    private boolean over;
    private long received;
    private boolean looksLikeHttp;

    private ConnectionLife(Channel channel) {
        this.channel = channel;
    }

    /** Notes that {@code request} is about to be sent; a connection's first one begins its life of {@code length}. */
    static void begin(HttpClientRequest request, Duration length) {
        Channel channel = ((HttpClientConnection) request.connection()).channel();
        ConnectionLife life = channel.attr(KEY).get();
        if (life == null) {
            life = new ConnectionLife(channel);
            channel.attr(KEY).set(life);
            // What goes wrong is told by the call: without a handler, Vert.x would write an error into the log each
            // time.
            request.connection().exceptionHandler(fault -> {});
            String codec = channel.pipeline().context(HttpClientCodec.class).name();
            channel.pipeline().addBefore(codec, null, life).addAfter(codec, null, new AnswerHeads(life));
            var _ = channel.eventLoop().schedule(life::retire, length.toNanos(), TimeUnit.NANOSECONDS);
        }
        life.use(request);
    }

    /** The life of the connection that {@code request} went out on. */
    static ConnectionLife of(HttpClientRequest request) {
        return ((HttpClientConnection) request.connection()).channel().attr(KEY).get();
    }

    private synchronized void use(HttpClientRequest request) {
        uses++;
        present = request;
        received = 0;
        looksLikeHttp = true;
    }

    /**
     * Notes that the answer to {@code request} was read; a connection whose time was over meanwhile ends now. The pool may
     * have given the connection to another request before that: then this one has no say in it any more.
     */
    synchronized void rest(HttpClientRequest request) {
        if (isPresent(request)) {
            present = null;
            if (over) {
                end();
            }
        }
    }

    /** No request after the present one goes out on this connection. */
    synchronized void retire() {
        over = true;
        if (present == null) {
            end();
        }
    }

    /** Ends the connection, unless the pool has given it to another request. */
    synchronized void end(HttpClientRequest request) {
        if (isPresent(request)) {
            end();
        }
    }

    @SuppressWarnings("ReferenceEquality") // two requests are never one
    private boolean isPresent(HttpClientRequest request) {
        return present == request;
    }

    private void end() {
        var _ = channel.close();
    }

    /** Whether it had served before the request that it has now. */
    synchronized boolean isReused() {
        return uses > 1;
    }

    /** Whether no byte came back since the last request. */
    synchronized boolean isSilent() {
        return received == 0;
    }

    /** Whether what came back since the last request is HTTP, as far as it came. */
    synchronized boolean looksLikeHttp() {
        return looksLikeHttp;
    }

    /** Notes that what came back is not to be read as HTTP. */
    synchronized void heardNoHttp() {
        looksLikeHttp = false;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            hear(bytes);
        }
        context.fireChannelRead(message);
    }

    private synchronized void hear(ByteBuf bytes) {
        for (int i = 0; i < bytes.readableBytes() && received + i < HTTP.length; i++) {
            looksLikeHttp &= bytes.getByte(bytes.readerIndex() + i) == HTTP[(int) received + i];
        }
        received += bytes.readableBytes();
    }
}
