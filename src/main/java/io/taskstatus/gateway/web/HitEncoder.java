package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.util.AttributeKey;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.impl.headers.HeadersMultiMap;
import io.vertx.core.net.impl.ConnectionBase;
import org.jspecify.annotations.Nullable;

/**
 * Sends a hit as one piece: a head that is encoded already, whatever header fields Vert.x or the framework add, and the
 * body. Netty's own encoder would format each field again and hand on head and body as two buffers, which takes two
 * promises more and a gathering write. One for each connection, on its event loop, between Vert.x and that encoder.
 */
final class HitEncoder extends ChannelOutboundHandlerAdapter {
    private static final AttributeKey<HitEncoder> KEY = AttributeKey.valueOf(HitEncoder.class, "encoder");
    private static final int CRLF = '\r' << 8 | '\n';

    private final ChannelHandlerContext encoder;
    private @Nullable ByteBuf begun;

    private HitEncoder(ChannelHandlerContext encoder) {
        this.encoder = encoder;
    }

    /** The one of {@code connection}, which speaks HTTP/1.1. On its event loop. */
    static HitEncoder of(HttpConnection connection) {
        ChannelPipeline pipeline =
                ((ConnectionBase) connection).channelHandlerContext().pipeline();
        HitEncoder known = pipeline.channel().attr(KEY).get();
        if (known != null) {
            return known;
        }
        ChannelHandlerContext encoder = pipeline.context(HttpResponseEncoder.class);
        HitEncoder fresh = new HitEncoder(encoder);
        pipeline.addAfter(encoder.name(), null, fresh);
        pipeline.channel().attr(KEY).set(fresh);
        return fresh;
    }

    /** Begins the response that is ended next on this connection: its status line and fields are written to what this gives. */
    ByteBuf begin(int room) {
        ByteBuf head = encoder.alloc().directBuffer(room);
        begun = head;
        return head;
    }

    /** Drops what was begun and did not go out. */
    void end() {
        if (begun != null) {
            begun.release();
            begun = null;
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf whole = begun;
        if (whole == null || !(message instanceof FullHttpResponse response)) {
            var _ = context.write(message, promise);
            return;
        }
        begun = null;
        try {
            ((HeadersMultiMap) response.headers()).encode(whole);
            ByteBufUtil.writeShortBE(whole, CRLF);
            whole.writeBytes(response.content());
        } finally {
            response.release();
        }
        var _ = encoder.write(whole, promise);
    }
}
