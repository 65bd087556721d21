package io.taskstatus.gateway;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.spi.VertxServiceProvider;

/**
 * A connection's first read takes 512 bytes in place of Netty's 2048, more once more has come: whoever says half a line and
 * then nothing keeps what was taken, and 20,000 of them have to fit into the image's memory. Vert.x finds this class by
 * {@code META-INF/services}.
 */
public final class LeanTransport extends JDKTransport implements VertxServiceProvider {
    private static final int LEAST = 64;
    private static final int FIRST = 512;
    private static final int MOST = 65_536;

    /** A native transport that somebody prefers stays. */
    @Override
    public void init(VertxBuilder builder) {
        if (builder.findTransport() instanceof JDKTransport) {
            builder.findTransport(this);
        }
    }

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(options, domainSocket, bootstrap);
        if (options.getReceiveBufferSize() == NetServerOptions.DEFAULT_RECEIVE_BUFFER_SIZE) {
            bootstrap.childOption(ChannelOption.RCVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(LEAST, FIRST, MOST));
        }
    }
}
