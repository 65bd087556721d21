package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.HttpResponseEncoder;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes on a connection, however it is cut, and however late the long way answers: the responses are those of a
 * connection without a short way, byte for byte and in the same order. Netty's own decoder is the oracle.
 */
class HitHandlerPropertyTest {
    private static final String GET = "GET " + PublicPaths.STATUS + "known HTTP/1.1\r\n";

    /** Answers one request after the other with its target, at once or when more bytes have come; as Vert.x does. */
    private static final class LongWay extends ChannelInboundHandlerAdapter {
        private final boolean late;
        private final boolean opensShortWay;
        private final Deque<HttpRequest> waiting = new ArrayDeque<>();
        private int answered;

        LongWay(boolean late, boolean opensShortWay) {
            this.late = late;
            this.opensShortWay = opensShortWay;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest request) {
                waiting.add(request);
                if (waiting.size() == 1) {
                    handle(context);
                }
            }
            if (message instanceof LastHttpContent && !late) {
                answer(context, Integer.MAX_VALUE);
            }
            ReferenceCountUtil.release(message);
        }

        private void handle(ChannelHandlerContext context) {
            if (opensShortWay) {
                HitHandler.open(context.pipeline(), HitHandlerPropertyTest::hit);
            }
        }

        void answer(ChannelHandlerContext context, int most) {
            for (int i = 0; i < most && !waiting.isEmpty(); i++) {
                answered++;
                var _ = context.writeAndFlush(response(waiting.remove().uri()));
                if (!waiting.isEmpty()) {
                    handle(context);
                }
            }
        }
    }

    private static FullHttpResponse response(String target) {
        byte[] body = target.getBytes(StandardCharsets.ISO_8859_1);
        FullHttpResponse response =
                new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(body));
        response.headers().add("cache-status", "x").add("vary", "Accept").add("content-length", body.length);
        return response;
    }

    private static ByteBuf hit(PlainGet get, ByteBufAllocator allocator) {
        if (get.id().value().equals("faulty")) {
            throw new IllegalStateException("a fault of the program");
        }
        String target = PublicPaths.STATUS + get.id().value();
        return allocator
                .buffer()
                .writeBytes(("HTTP/1.1 200 OK\r\ncache-status: x\r\nvary: Accept\r\ncontent-length: " + target.length()
                                + "\r\n\r\n" + target)
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private record Conversation(String responses, int tookTheLongWay) {}

    private static Conversation hold(String bytes, List<Integer> cuts, boolean late, boolean shortWay) {
        LongWay longWay = new LongWay(late, shortWay);
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(), new HttpResponseEncoder(), longWay);
        ChannelHandlerContext context = channel.pipeline().context(longWay);
        int from = 0;
        for (int cut : cuts) {
            int to = Math.min(bytes.length(), from + cut);
            if (to > from) {
                channel.writeInbound(Unpooled.copiedBuffer(bytes.substring(from, to), StandardCharsets.ISO_8859_1));
                longWay.answer(context, 1);
            }
            from = to;
        }
        if (from < bytes.length()) {
            channel.writeInbound(Unpooled.copiedBuffer(bytes.substring(from), StandardCharsets.ISO_8859_1));
        }
        longWay.answer(context, Integer.MAX_VALUE);
        StringBuilder responses = new StringBuilder();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            responses.append(out.toString(StandardCharsets.ISO_8859_1));
            out.release();
        }
        channel.finishAndReleaseAll();
        return new Conversation(responses.toString(), longWay.answered);
    }

    @Property(tries = 20_000)
    void noCutOfNoBytesChangesWhatIsAnswered(
            @ForAll("conversations") String bytes, @ForAll("cuts") List<Integer> cuts, @ForAll boolean late) {
        assertThat(hold(bytes, cuts, late, true).responses())
                .as(bytes.replace("\r", "<CR>").replace("\n", "<LF>"))
                .isEqualTo(hold(bytes, cuts, late, false).responses());
    }

    @Provide
    Arbitrary<String> conversations() {
        Arbitrary<String> plain = Arbitraries.of(
                GET + "Host: h\r\n\r\n",
                GET + "Host: h\r\nAccept: */*\r\nUser-Agent: wrk\r\n\r\n",
                GET + "Host: h\r\nIf-None-Match: \"a\"\r\nConnection: Keep-Alive\r\n\r\n");
        Arbitrary<String> others = Arbitraries.of(
                GET + "\r\n",
                GET.replace("known", "faulty") + "Host: h\r\n\r\n",
                GET + "Host: h\r\nHost: i\r\n\r\n",
                GET + "Host: h\n\n",
                GET + "Host: h\r\n folded: x\r\n\r\n",
                GET + "Host: h\r\nX: a\nb: c\r\n\r\n",
                GET + "Host: h\r\nContent-Length: 5\r\n\r\nGET /",
                GET + "Host: h\r\ncontent-length: 80\r\n\r\n" + GET + "Host: h\r\n\r\n",
                GET + "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nGET \r\n0\r\n\r\n",
                GET + "Host: h\r\nTransfer-Encoding: chunked\r\n\r\n",
                "0\r\n\r\n",
                "POST /x HTTP/1.1\r\nHost: h\r\nX: ",
                "POST /x HTTP/1.1\r\nContent-Length: 400\r\nX: ",
                "HEAD " + PublicPaths.STATUS + "known HTTP/1.1\r\nHost: h\r\n\r\n",
                GET.replace("known", "%6bnown") + "Host: h\r\n\r\n",
                GET.replace("1.1", "1.0") + "Host: h\r\n\r\n",
                GET + "Host: h\r\nX:" + "y".repeat(PlainGet.MOST) + "\r\n\r\n",
                GET + "Host: h\r\nX\u00e9: y\r\n\r\n",
                GET + "Host: h\r\nX : y\r\n\r\n",
                "\r\n",
                "\r\n\r\n",
                " ",
                "\0",
                "X");
        return Arbitraries.frequencyOf(Tuple.of(3, plain), Tuple.of(1, others))
                .list()
                .ofMinSize(1)
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<List<Integer>> cuts() {
        // mostly where heads end, which is where a short way could go wrong
        return Arbitraries.frequencyOf(
                        Tuple.of(4, Arbitraries.of((GET + "Host: h\r\n\r\n").length(), 81, 115, 37, 53)),
                        Tuple.of(1, Arbitraries.integers().between(1, 200)))
                .list()
                .ofMaxSize(30);
    }

    @Test
    void plainQuestionsTakeTheShortWayFromTheThirdOn() {
        String one = GET + "Host: h\r\n\r\n";

        Conversation conversation =
                hold(one.repeat(10), List.of(one.length(), one.length(), one.length()), false, true);

        assertThat(conversation.tookTheLongWay()).isLessThanOrEqualTo(2);
        assertThat(conversation.responses())
                .isEqualTo(hold(one.repeat(10), List.of(), false, false).responses());
    }
}
