package io.taskstatus.gateway.upstream;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.PrematureChannelClosureException;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * Looks at answers between the codec and Vert.x. Interim ones (RFC 9110, section 15.2) are passed over: Vert.x knows two of
 * them and takes others for the answer. What the codec can't read is noted, for the client tells of it as of any connection
 * that ends.
 */
final class AnswerHeads extends ChannelInboundHandlerAdapter {
    private static final int SWITCHING_PROTOCOLS = 101;

    private final ConnectionLife life;
    private boolean interim;

    AnswerHeads(ConnectionLife life) {
        this.life = life;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpObject part && isMalformed(part.decoderResult())) {
            life.heardNoHttp();
        }
        if (message instanceof HttpResponse head) {
            boolean switches = head.status().code() == SWITCHING_PROTOCOLS;
            interim = head.status().codeClass() == HttpStatusClass.INFORMATIONAL && !switches;
            if (switches) {
                life.retire();
            }
        }
        boolean passedOver = interim;
        if (message instanceof LastHttpContent) {
            interim = false;
        }
        if (passedOver) {
            ReferenceCountUtil.release(message);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** A head that the end of the connection cuts off is no malformed one. */
    private static boolean isMalformed(DecoderResult result) {
        return result.isFailure() && !(result.cause() instanceof PrematureChannelClosureException);
    }
}
