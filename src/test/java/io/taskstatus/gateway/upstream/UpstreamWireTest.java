package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static io.taskstatus.gateway.FakeUpstream.closes;
import static io.taskstatus.gateway.FakeUpstream.raw;
import static io.taskstatus.gateway.FakeUpstream.says;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import io.taskstatus.gateway.FakeUpstream.Request;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.VerificationStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire, and what becomes of connections. */
@QuarkusTest
@Tag("quarkus")
class UpstreamWireTest {
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private Rig rig;

    @BeforeEach
    void start() throws IOException {
        rig = Rig.start();
    }

    @AfterEach
    void stop() {
        rig.close();
    }

    private Rig rig(UpstreamSettings settings, Duration connectionLife) throws IOException {
        rig.close();
        FakeUpstream upstream = FakeUpstream.start();
        UpstreamSettings there = new UpstreamSettings(
                URI.create(upstream.url() + settings.url().getPath()),
                settings.apiKey(),
                settings.userAgent(),
                settings.connectTimeout(),
                settings.attemptTimeout(),
                settings.deadline(),
                settings.maxBody(),
                settings.maxConcurrent(),
                settings.maxWaiting());
        rig = new Rig(upstream, there, new UpstreamWire(there, Optional.empty(), connectionLife), BodyRoom.ofHeap());
        return rig;
    }

    @Test
    void nothingIsSentButWhatTheContractNames() {
        rig.upstream.says(Rig.ID.value(), SUCCESS);
        rig.found();
        Request request = rig.upstream.requests().getFirst();
        assertThat(request.head()).startsWith("GET " + FakeUpstream.PATH + Rig.ID.value() + " HTTP/1.1\r\n");
        assertThat(request.headerNames()).containsExactly("accept", "host", "user-agent");
        assertThat(request.header("accept")).isEqualTo("application/json");
        assertThat(request.header("user-agent")).isEqualTo("task-status-gateway/test");
    }

    @Test
    void aTraceparentAndTheGatewaysOwnKeyAreSentWhereThereAreAny() throws IOException {
        UpstreamSettings plain = Rig.settings("http://x/beta/v1");
        rig(
                new UpstreamSettings(
                        plain.url(),
                        Optional.of("s3cret"),
                        plain.userAgent(),
                        plain.connectTimeout(),
                        plain.attemptTimeout(),
                        plain.deadline(),
                        plain.maxBody(),
                        2,
                        1),
                UpstreamWire.CONNECTION_LIFE);
        rig.upstream.says(Rig.ID.value(), SUCCESS);
        rig.fetch(Rig.ID, Optional.of(TRACE));
        Request request = rig.upstream.requests().getFirst();
        assertThat(request.target()).isEqualTo("/beta/v1" + FakeUpstream.PATH + Rig.ID.value());
        assertThat(request.headerNames()).containsExactly("accept", "host", "traceparent", "user-agent", "x-api-key");
        assertThat(request.header("traceparent")).isEqualTo(TRACE);
        assertThat(request.header("x-api-key")).isEqualTo("s3cret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"...", "..a", "a..", "~", "-", "_", "a.b~c-d_E", "{id}", "0"})
    void anIdNeverChangesThePath(String text) {
        Optional<ExecutionId> id = ExecutionId.parse(text);
        if (id.isPresent()) {
            rig.fetch(id.get(), Optional.empty());
            assertThat(rig.upstream.requests().getFirst().target()).isEqualTo(FakeUpstream.PATH + text);
        }
    }

    static Stream<Arguments> bodies() {
        String odd = "{ \"verificationStatus\"\t:\r\n \"Success\",\"n\":123456789012345678901234567890,\"e\":1E400,"
                + "\"z\":-0.0,\"u\":\"\\u00e9\\ud83d\\ude00 😀 é\\/\",\"d\":{\"k\":1,\"k\":2},\"p\":\"";
        String whole = odd + " ".repeat(2000 - odd.length() - 2) + "\"}";
        return Stream.of(
                arguments("by its length", whole, body(whole)),
                arguments("chunked", whole, body(whole).chunked()),
                arguments("until the end", whole, body(whole).untilClose()),
                arguments("of another type", whole, body(whole).as("text/html; charset=utf-16")),
                arguments("of no type", whole, body(whole).as("")),
                arguments("of a type that is none", whole, body(whole).as(";;;")),
                arguments("as multipart", whole, body(whole).as("multipart/form-data; boundary=x")),
                arguments("as multipart without boundary", whole, body(whole).as("multipart/form-data")),
                arguments("as events", whole, body(whole).as("text/event-stream")),
                arguments("encoded as identity", whole, body(whole).with("Content-Encoding", "identity")),
                arguments(
                        "after interim answers",
                        whole,
                        raw(
                                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                                        + "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 199 New\r\n\r\n"
                                        + "HTTP/1.1 200 OK\r\nContent-Length: "
                                        + whole.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n",
                                whole)),
                arguments("with a cookie", whole, body(whole).with("Set-Cookie", "a=b")),
                arguments("of a server that hangs up", whole, body(whole).closing()));
    }

    private static Reply raw(String head, String body) {
        byte[] bytes = (head + body).getBytes(StandardCharsets.UTF_8);
        return FakeUpstream.raw(bytes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("bodies")
    void aBodyIsTakenByteForByte(String name, String body, Reply reply) {
        rig.upstream.answers(Rig.ID.value(), reply);
        for (int i = 0; i < 2; i++) {
            assertThat(rig.found().body()).isEqualTo(body.getBytes(StandardCharsets.UTF_8));
        }
        assertThat(rig.attempts).containsExactly("Success", "Success");
        assertThat(rig.upstream.requests().getLast().headerNames()).doesNotContain("cookie");
    }

    @Test
    void aLargeBodyIsTakenUpToTheLimit() {
        String frame = "{\"verificationStatus\":\"Success\",\"output\":\"\"}";
        String largest = frame.replace("\"\"", "\"" + "x".repeat(Rig.MAX_BODY - frame.length()) + "\"");
        rig.upstream.answers(Rig.ID.value(), body(largest));
        assertThat(rig.found().body()).hasSize(Rig.MAX_BODY);
        rig.upstream.answers(Rig.ID.value(), body(largest).chunked());
        assertThat(rig.found().body()).hasSize(Rig.MAX_BODY);
        rig.upstream.answers(Rig.ID.value(), body(largest + " "));
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_BODY_TOO_LARGE);
        assertThat(rig.unkept).containsExactly("too_large");
    }

    @Test
    void pastTheLimitTheConnectionEndsAndNoMoreIsPulledIn() {
        rig.upstream.answers(Rig.ID.value(), body("x".repeat(100)).endless());
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_BODY_TOO_LARGE);
        await().untilAsserted(() -> assertThat(rig.upstream.openConnections()).isZero());
        // The rest is what the buffers of the kernel on both sides take.
        assertThat(rig.upstream.bytesSent()).isLessThan(12_000_000);
    }

    @Test
    void whatIsGivenUpEndsItsConnection() {
        rig.upstream.answers(Rig.ID.value(), says(SUCCESS).dripping(Duration.ofMillis(50)));
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_TIMEOUT);
        await().untilAsserted(() -> assertThat(rig.upstream.openConnections()).isZero());
    }

    @Test
    void aKeptConnectionThatEndedIsReplacedAndThatIsNoAttempt() {
        rig.upstream
                .says(Rig.ID.value(), RUNNING)
                .then(closes())
                .then(closes().reset())
                .then(SUCCESS);
        rig.found();
        // The second request closes the kept connection; a new one that does so is a failure.
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(rig.attempts).containsExactly("Running", "upstream_unreachable", "Success");
    }

    @RepeatedTest(20)
    void manyKeptConnectionsMayEndAtOnce() {
        rig.upstream.says(Rig.ID.value(), RUNNING);
        rig.found();
        rig.upstream.hangUp();
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.RUNNING);
        assertThat(rig.attempts).containsExactly("Running", "Running");
    }

    @Test
    void anUpstreamThatEndsEveryConnectionIsNotAskedForEver() throws IOException {
        AtomicInteger connections = new AtomicInteger();
        try (ServerSocket closing = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread.startVirtualThread(() -> endAll(closing, connections));
            rig.close();
            UpstreamSettings there = Rig.settings("http://127.0.0.1:" + closing.getLocalPort());
            rig = Rig.of(FakeUpstream.start(), there);
            assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
        }
        assertThat(connections.get()).isBetween(1, 4);
    }

    private static void endAll(ServerSocket server, AtomicInteger connections) {
        try {
            while (true) {
                try (Socket connection = server.accept()) {
                    connection.setSoLinger(true, 0);
                    connections.incrementAndGet();
                }
            }
        } catch (IOException over) {
            // the test has ended
        }
    }

    @Test
    void aConnectionThatSpeaksSomethingElseFromNowOnServesNobody() {
        rig.upstream
                .answers(
                        Rig.ID.value(),
                        FakeUpstream.raw("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")
                                .hanging())
                .then(SUCCESS);
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNEXPECTED_STATUS);
        rig.found();
        assertThat(rig.attempts).containsExactly("upstream_unexpected_status", "Success");
    }

    @Test
    void aConnectionIsUsedForItsTimeAndThenNoMore() throws IOException {
        rig(Rig.settings("http://x"), Duration.ofMillis(1200));
        rig.upstream.says(Rig.ID.value(), RUNNING);
        rig.found();
        rig.found();
        assertThat(rig.upstream.connections()).isEqualTo(1);
        await().untilAsserted(() -> assertThat(rig.upstream.openConnections()).isZero());
        rig.found();
        assertThat(rig.upstream.connections()).isEqualTo(2);
        assertThat(rig.attempts).containsOnly("Running");
    }

    @Test
    void aConnectionWhoseTimeIsOverWithinAnAnswerEndsAfterIt() throws Exception {
        rig(Rig.settings("http://x"), Duration.ofMillis(400));
        rig.upstream.answers(
                Rig.ID.value(), body("{\"verificationStatus\":\"Running\"}").dripping(Duration.ofMillis(15)));
        assertThat(rig.found().status()).isEqualTo(VerificationStatus.RUNNING);
        await().untilAsserted(() -> assertThat(rig.upstream.openConnections()).isZero());
    }

    @Test
    void aRefusedConnectionIsUnreachable() {
        rig.upstream.close();
        SourceFailure failure = rig.failure();
        assertThat(failure.reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
        assertThat(failure.upstreamStatus()).isEmpty();
        assertThat(rig.attempts).containsExactly("upstream_unreachable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://no-such-host.invalid", "https://no-such-host.invalid:8443/prefix"})
    void aNameThatDoesNotResolveIsUnreachable(String url) throws IOException {
        rig.close();
        rig = Rig.of(FakeUpstream.start(), Rig.settings(url));
        assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
        assertThat(rig.attempts).containsExactly("upstream_unreachable");
    }

    @Test
    void aConnectionThatNobodyAcceptsIsUnreachable() throws IOException {
        List<Socket> waiting = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            fill(full, waiting);
            rig.close();
            UpstreamSettings settings = Rig.settings("http://127.0.0.1:" + full.getLocalPort());
            rig = Rig.of(FakeUpstream.start(), settings);
            assertThat(rig.failure().reason()).isEqualTo(FailureReason.UPSTREAM_UNREACHABLE);
            assertThat(rig.attempts).containsExactly("upstream_unreachable");
        } finally {
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    /** Connects until the queue of a server is full that accepts nobody. */
    private static void fill(ServerSocket server, List<Socket> waiting) throws IOException {
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(server.getLocalSocketAddress(), 200);
            } catch (SocketTimeoutException full) {
                return;
            }
        }
    }
}
