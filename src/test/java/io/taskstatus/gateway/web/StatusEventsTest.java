package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.PatientLookup;
import io.taskstatus.gateway.lookup.Provenance;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import io.taskstatus.gateway.store.NoResultStore;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Streams over sockets, with a heartbeat and a patience for slow readers of a fraction of a second. */
class StatusEventsTest {
    private static final ExecutionId ID = new ExecutionId("e-stream");
    private static final Duration HEARTBEAT = Duration.ofMillis(50);
    private static final Duration SLOWEST_READER = Duration.ofMillis(300);
    private static final Duration LONGEST = Duration.ofMillis(900);

    private final Vertx vertx = Vertx.vertx();
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private volatile String body = "{}";
    private PatientLookup patience;
    private int port;

    @BeforeEach
    void open() {
        LookupObserver observer = new LookupObserver() {
            @Override
            public void answered(Provenance provenance, String outcome, String team) {
                counted.add(outcome);
            }
        };
        Duration soon = Duration.ofMillis(20);
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        StatusLookup lookup = new StatusLookup(
                new NoResultStore(),
                (id, traceparent) -> new Fetched.Found(new StatusSnapshot(
                        id, VerificationStatus.RUNNING, body.getBytes(StandardCharsets.UTF_8), Instant.now())),
                new FreshnessPolicy(soon, soon, soon, soon, Duration.ofSeconds(30)),
                64 << 20,
                Duration.ofSeconds(5),
                threads,
                observer,
                Time.system());
        patience = new PatientLookup(lookup, 10, threads, Time.system());
        StatusEvents events = new StatusEvents(
                lookup,
                patience,
                new EventStream.Pace(LONGEST, HEARTBEAT, SLOWEST_READER),
                threads,
                observer,
                Time.system());
        Router router = Router.router(vertx);
        router.route().handler(context -> events.stream(context.request(), request(context)));
        port = vertx.createHttpServer()
                .requestHandler(router)
                .listen(0)
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private static StatusRequest request(RoutingContext context) {
        return new StatusRequest(
                Question.about(ID),
                PublicDoor.pathOf(context.request()),
                "none",
                List.of(),
                Optional.empty(),
                Optional.empty());
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
                .write("GET / HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    @Test
    void aSilentTaskIsHeardOfByHeartbeatsUntilTheLongestTimeIsOver() throws IOException {
        long start = System.nanoTime();
        try (Socket socket = asking()) {
            String all = readToTheEnd(socket);

            assertThat(all).containsSubsequence("event: status\n", ": still here\n\n", ": still here\n\n");
            assertThat(all).containsOnlyOnce("event: status").endsWith("\r\n0\r\n\r\n");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(LONGEST);
        assertThat(counted).containsExactly("Running");
        assertThat(patience.waiters()).isZero();
    }

    @Test
    void aReaderWhoTakesNothingIsCutOffAndCounted() throws IOException {
        // more than the buffers of both sockets ever hold
        body = "x".repeat(16 << 20);
        try (Socket socket = asking()) {
            await().until(() -> patience.waiters() == 1);
            await().until(() -> patience.waiters() == 0);

            assertThat(counted).containsExactly("Running");
            assertThat(readToTheEnd(socket)).hasSizeLessThan(16 << 20).doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void aReaderWhoLeavesIsCountedAndItsPlaceIsFree() throws IOException {
        try (Socket socket = asking()) {
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }

        await().until(() -> patience.waiters() == 0);
        await().untilAsserted(() -> assertThat(counted).containsExactly("Running"));
    }

    private static String readToTheEnd(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder all = new StringBuilder();
        byte[] piece = new byte[64 * 1024];
        try {
            for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
                all.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
            }
        } catch (java.net.SocketException reset) {
            all.append("(reset)");
        }
        return all.toString();
    }
}
