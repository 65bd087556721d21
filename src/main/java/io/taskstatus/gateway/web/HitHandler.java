package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpContentCompressor;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Answers hits of one connection from the bytes of the request, before HTTP is decoded: what HTTP's codec, Vert.x and the
 * framework do for a request is most of what a hit would cost. It answers only while nothing else is under way on the
 * connection ({@link Exchanges}) and the decoder holds no part of a message; everything else goes on as it came.
 */
final class HitHandler extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.web");
    private static final int CRLF = '\r' << 8 | '\n';
    private static final long TOUCH = TimeUnit.MILLISECONDS.toNanos(250);
    private static final FastThreadLocal<PlainGet> HEAD = new FastThreadLocal<>() {
        @Override
        protected PlainGet initialValue() {
            return new PlainGet();
        }
    };

    private final BiFunction<PlainGet, ByteBufAllocator, @Nullable ByteBuf> hits;
    private final Exchanges exchanges;
    /** Whether the decoder has taken in whole messages only; not known at first. */
    private boolean betweenMessages;

    /** From the start: it is put in while what came before it is being read. */
    private boolean passedOn = true;

    private long touched = System.nanoTime();

    /** @param hits the whole response to a plain question, or nothing where that takes the long way */
    HitHandler(BiFunction<PlainGet, ByteBufAllocator, @Nullable ByteBuf> hits, Exchanges exchanges) {
        this.hits = hits;
        this.exchanges = exchanges;
    }

    /**
     * Opens the short way for requests to come, if {@code pipeline} decodes HTTP/1.1 and leaves bodies as they are. To be called
     * for each request that is handled the long way, on its event loop.
     */
    static void open(ChannelPipeline pipeline, BiFunction<PlainGet, ByteBufAllocator, @Nullable ByteBuf> hits) {
        Exchanges known = pipeline.get(Exchanges.class);
        if (known != null) {
            known.handled();
            return;
        }
        ChannelHandlerContext decoder = pipeline.context(HttpRequestDecoder.class);
        ChannelHandlerContext encoder = pipeline.context(HttpResponseEncoder.class);
        if (decoder != null && encoder != null && pipeline.context(HttpContentCompressor.class) == null) {
            Exchanges exchanges = new Exchanges();
            pipeline.addAfter(encoder.name(), null, exchanges);
            pipeline.addBefore(decoder.name(), null, new HitHandler(hits, exchanges));
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf in)) {
            context.fireChannelRead(message);
            return;
        }
        if (betweenMessages && exchanges.arePlainAndOver() && answer(context, in)) {
            in.release();
            return;
        }
        // A message's head ends so. If the decoder's last word to such bytes is the end of a message, it holds no
        // others:
        // they would be a whole head, of which it would have told.
        boolean endsAHead = in.readableBytes() >= 4
                && in.getUnsignedShort(in.writerIndex() - 4) == CRLF
                && in.getUnsignedShort(in.writerIndex() - 2) == CRLF;
        passedOn = true;
        context.fireChannelRead(in);
        betweenMessages = endsAHead && exchanges.areBetweenMessages();
    }

    /** Answers hits as long as hits follow on each other. Whether {@code in} held nothing else. */
    private boolean answer(ChannelHandlerContext context, ByteBuf in) {
        PlainGet get = HEAD.get();
        boolean answered = false;
        while (in.isReadable() && context.channel().isWritable() && get.isNextIn(in)) {
            ByteBuf response = hit(get, context.alloc());
            if (response == null) {
                break;
            }
            in.skipBytes(get.length());
            var _ = context.write(response, context.voidPromise());
            answered = true;
        }
        if (answered) {
            context.flush();
            touch(context);
        }
        return !in.isReadable();
    }

    /** A fault of the program goes the long way too, where there is an answer to it. */
    private @Nullable ByteBuf hit(PlainGet get, ByteBufAllocator allocator) {
        try {
            return hits.apply(get, allocator);
        } catch (RuntimeException fault) {
            LOG.debug("A hit was not answered the short way", fault);
            return null;
        }
    }

    /** The idle timer (in seconds, at least one) sits behind the decoder and does not see what is answered here. */
    private void touch(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (now - touched > TOUCH) {
            touched = now;
            IdleStateHandler timer = context.pipeline().get(IdleStateHandler.class);
            if (timer != null) {
                timer.resetReadTimeout();
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (passedOn) {
            passedOn = false;
            context.fireChannelReadComplete();
        }
    }
}
