package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.FakeUpstream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** One fetch per id, whoever asks and whoever leaves. */
class OneFetchIT extends UnhurriedGateway {
    private static final int CLIENTS = 2_000;

    @Test
    void manyClientsOfOneColdIdCostOneFetchAndHalfOfThemMayLeave() throws Exception {
        String id = anyId();
        upstream.says(id, SUCCESS);
        FakeUpstream.Gate gate = upstream.holds(id);
        List<Socket> clients = new ArrayList<>();
        clients.add(asking(id));
        await().until(() -> gate.arrivals() == 1);
        for (int i = 1; i < CLIENTS; i++) {
            clients.add(asking(id));
        }
        for (int i = 0; i < CLIENTS; i += 2) {
            clients.get(i).close();
        }
        gate.release();
        try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 1; i < CLIENTS; i += 2) {
                Socket client = clients.get(i);
                answers.add(readers.submit(() -> answerOn(client)));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get()).startsWith("HTTP/1.1 200").endsWith(FakeUpstream.bodyOf(id, SUCCESS));
            }
        }
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void aFailingFetchIsSharedAndStandsForAWhile() throws Exception {
        String id = anyId();
        upstream.answers(id, FakeUpstream.status(401));
        FakeUpstream.Gate gate = upstream.holds(id);
        List<Socket> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            clients.add(asking(id));
        }
        await().until(() -> gate.arrivals() == 1);
        gate.release();
        for (Socket client : clients) {
            assertThat(answerOn(client)).contains("upstream_auth");
        }
        assertThat(get(id, "Cache-Control", "no-cache").statusCode()).isEqualTo(502);
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
        await().atMost(Duration.ofSeconds(9)).until(() -> {
            get(id);
            return upstream.fetchesOf(id) == 2;
        });
    }

    private Socket asking(String id) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + PATH + id + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String answerOn(Socket socket) throws IOException {
        try (socket;
                InputStream in = socket.getInputStream()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
