package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.PooledByteBufAllocator;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Large bodies on their way out to those who read them, and to those who don't. */
class BodyPiecesTest {
    private static final int SIZE = 4 << 20;

    private final Vertx vertx = Vertx.vertx();
    private final BodyRoom room = new BodyRoom(SIZE + 1);
    private final byte[] body = new byte[SIZE];
    private volatile Duration longest = Duration.ofMinutes(1);
    private int port;

    @BeforeEach
    void serve() {
        new Random(1).nextBytes(body);
        port = vertx.createHttpServer()
                .requestHandler(request -> BodyPieces.send(
                        request.response().putHeader("Content-Length", Integer.toString(SIZE)), body, room, longest))
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private Socket asking() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(8 * 1024);
        socket.setSoTimeout(10_000);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.getOutputStream()
                .write("GET / HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aBodyComesWhole() throws IOException {
        try (Socket socket = asking()) {
            byte[] answer = socket.getInputStream().readAllBytes();

            assertThat(answer).endsWith(body);
            assertThat(new String(answer, 0, answer.length - SIZE, StandardCharsets.US_ASCII))
                    .contains("Content-Length: " + SIZE)
                    .endsWith("\r\n\r\n");
        }
    }

    @Test
    void manySlowReadersTakeLittleOutsideTheHeap() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                Socket socket = asking();
                slow.add(socket);
                // the head is here: the rest is on its way
                assertThat(socket.getInputStream().read()).isPositive();
            }
            assertThat(PooledByteBufAllocator.DEFAULT.pinnedDirectMemory()).isLessThan(SIZE);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void whatGoesOutKeepsOthersFromComingInUntilItsLastReaderIsDone() throws Exception {
        try (Socket one = asking();
                Socket another = asking();
                BodyRoom.Share share = room.share()) {
            assertThat(one.getInputStream().read()).isPositive();
            assertThat(another.getInputStream().read()).isPositive();
            FutureTask<Boolean> incoming = new FutureTask<>(() -> {
                share.take(SIZE);
                return true;
            });
            Thread.ofVirtual().start(incoming);
            await().until(share::isWaiting);

            assertThat(one.getInputStream().readAllBytes()).endsWith(body);
            assertThat(share.isWaiting()).isTrue();
            // a reset
            another.setSoLinger(true, 0);
            another.getOutputStream().close();
            assertThat(incoming.get()).isTrue();
        }
    }

    @Test
    void whoTakesTooLongForABodyIsCutOffAndItsRoomIsThereForOthers() throws Exception {
        longest = Duration.ZERO;
        try (Socket socket = asking();
                BodyRoom.Share share = room.share()) {
            assertThat(socket.getInputStream().read()).isPositive();
            assertThat(rest(socket)).isLessThan(SIZE);
            share.take(SIZE);
        }
    }

    private static int rest(Socket socket) {
        int read = 0;
        try {
            byte[] piece = new byte[16 * 1024];
            for (int n = 0; n >= 0; n = socket.getInputStream().read(piece)) {
                read += n;
            }
        } catch (IOException reset) {
            // that is the end, too
        }
        return read;
    }
}
