package io.taskstatus.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.BodyRoom;
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
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The short way and the door, side by side before one lookup: whatever both can answer they answer alike. */
class HitRouteTest {
    private static final String LARGE = "large";
    private static final int IDLE_SECONDS = 1;
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    /** Stands still, so that answers given one after the other can be compared. */
    private static final Time STILL = new Time() {
        @Override
        public long ticks() {
            return 0;
        }

        @Override
        public Instant now() {
            return NOW;
        }
    };

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private final List<String> timed = new CopyOnWriteArrayList<>();
    private final AtomicInteger longWay = new AtomicInteger();
    private int hits;
    private int hitsAmongOthers;
    private int door;

    @BeforeEach
    void open() {
        LookupObserver observer = new LookupObserver() {
            @Override
            public void answered(Provenance provenance, String outcome, String team) {
                counted.add(provenance.outcome().word() + ' ' + outcome + ' ' + team);
            }
        };
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        StatusLookup lookup = new StatusLookup(
                new NoResultStore(),
                (id, traceparent) -> new Fetched.Found(snapshot(id)),
                new FreshnessPolicy(
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(30)),
                1 << 20,
                Duration.ofSeconds(5),
                threads,
                observer,
                STILL);
        PatientLookup patience = new PatientLookup(lookup, 10, threads, STILL);
        StatusEvents events = new StatusEvents(lookup, patience, Duration.ofMinutes(1), threads, observer, STILL);
        for (VerificationStatus status : VerificationStatus.values()) {
            fill(lookup, status.name());
        }
        fill(lookup, LARGE);
        counted.clear();
        HitRoute route = new HitRoute(
                lookup, observer, (method, status, nanos) -> timed.add(method.name() + ' ' + status), STILL, true);
        BodyRoom room = BodyRoom.ofHeap();
        StatusWaits waits = new StatusWaits(patience, room, threads, observer, STILL);
        PublicDoor publicDoor =
                new PublicDoor(Optional.empty(), lookup, events, waits, Duration.ofSeconds(55), room, observer, STILL);
        door = serve(new HitRoute(lookup, observer, (method, status, nanos) -> {}, STILL, false), publicDoor);
        Handler<RoutingContext> counting = context -> {
            longWay.incrementAndGet();
            context.next();
        };
        hits = serve(counting, route, publicDoor);
        hitsAmongOthers = serve(
                counting,
                context -> {
                    context.response().putHeader("X-Operator", "yes");
                    context.next();
                },
                route,
                publicDoor);
    }

    private static StatusSnapshot snapshot(ExecutionId id) {
        boolean large = id.value().equals(LARGE);
        VerificationStatus status = large ? VerificationStatus.SUCCESS : VerificationStatus.valueOf(id.value());
        byte[] body = ("{ \"verificationStatus\" : \"" + status.word() + "\" }" + " ".repeat(large ? 33_000 : 0))
                .getBytes(StandardCharsets.UTF_8);
        return new StatusSnapshot(id, status, body, NOW.minusSeconds(42));
    }

    private static void fill(StatusLookup lookup, String id) {
        try {
            lookup.statusOf(Question.about(new ExecutionId(id)));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @SafeVarargs
    private int serve(Handler<RoutingContext>... handlers) {
        Router router = Router.router(vertx);
        for (Handler<RoutingContext> handler : handlers) {
            router.route().handler(handler);
        }
        HttpServer server = vertx.createHttpServer(new HttpServerOptions().setIdleTimeout(IDLE_SECONDS))
                .requestHandler(router);
        return server.listen(0).toCompletionStage().toCompletableFuture().join().actualPort();
    }

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
        client.close();
    }

    @ParameterizedTest
    @EnumSource(VerificationStatus.class)
    void aHitIsWhatTheDoorWouldAnswer(VerificationStatus status) throws Exception {
        HttpResponse<String> answer = ask(door, status.name());
        openTheShortWay(hits);

        HttpResponse<String> hit = ask(hits, status.name());

        assertThat(longWay).hasValue(0);
        assertThat(hit.statusCode()).isEqualTo(200);
        assertThat(hit.body()).isEqualTo(answer.body());
        assertThat(headers(hit)).isEqualTo(headers(answer));
        assertThat(counted).containsExactly("memory " + status.word() + " none");
    }

    /** The client keeps one connection. Its first request finds no short way, its second shows that one may be taken. */
    private void openTheShortWay(int port) throws Exception {
        ask(port, "SUCCESS");
        ask(port, "SUCCESS");
        assertThat(longWay).hasValue(2);
        longWay.set(0);
        counted.clear();
    }

    @Test
    void aStreamThatMayNotFetchTellsWhatIsHeldAndEnds() throws Exception {
        String running = VerificationStatus.RUNNING.name();

        HttpResponse<String> events =
                ask(door, running, "Accept", "text/event-stream", "Cache-Control", "only-if-cached");

        assertThat(events.body()).startsWith("event: status\n").containsOnlyOnce("data: ");
    }

    @ParameterizedTest
    @EnumSource(VerificationStatus.class)
    void aNotModifiedHitIsWhatTheDoorWouldAnswer(VerificationStatus status) throws Exception {
        String etag = ask(door, status.name()).headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> answer = ask(door, status.name(), "If-None-Match", "\"other\", W/" + etag);
        openTheShortWay(hits);

        HttpResponse<String> hit = ask(hits, status.name(), "If-None-Match", "\"other\", W/" + etag);

        assertThat(longWay).hasValue(0);
        assertThat(hit.statusCode()).isEqualTo(304);
        assertThat(hit.body()).isEmpty();
        assertThat(headers(hit)).isEqualTo(headers(answer));
        assertThat(counted).containsExactly("memory not_modified none");
    }

    @Test
    void oneConnectionGetsTheSameBytesAgainAndAgain() throws Exception {
        String first = ask(hits, "SUCCESS").body();

        for (int i = 0; i < 5; i++) {
            assertThat(ask(hits, "SUCCESS").body()).isEqualTo(first);
        }
    }

    @Test
    void whereOthersAddFieldsThereIsNoShortWay() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(ask(hitsAmongOthers, "SUCCESS").headers().allValues("X-Operator"))
                    .containsExactly("yes");
        }

        assertThat(longWay).hasValue(5);
    }

    @Test
    void whatIsAskedInOneGoIsAnsweredInItsOrder() throws Exception {
        String etag = ask(hits, "SUCCESS").headers().firstValue("ETag").orElseThrow();
        String requests = get("SUCCESS", "")
                + get("RUNNING", "")
                + get("SUCCESS", "If-None-Match: " + etag + "\r\n")
                + get("no~such~path/", "")
                + get("ERROR", "Connection: close\r\n");

        String answers;
        try (Socket socket = new Socket("localhost", hits)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(requests.getBytes(StandardCharsets.US_ASCII));
            answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }

        assertThat(Pattern.compile("HTTP/1.1 \\d{3}|\\{ .*? }")
                        .matcher(answers)
                        .results()
                        .map(MatchResult::group))
                .containsExactly(
                        "HTTP/1.1 200",
                        "{ \"verificationStatus\" : \"Success\" }",
                        "HTTP/1.1 200",
                        "{ \"verificationStatus\" : \"Running\" }",
                        "HTTP/1.1 304",
                        "HTTP/1.1 404",
                        "HTTP/1.1 200",
                        "{ \"verificationStatus\" : \"Error\" }");
    }

    private static String get(String id, String fields) {
        return "GET " + PublicPaths.STATUS + id + " HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
    }

    @ParameterizedTest
    @MethodSource("notPlain")
    void whatIsNotPlainTakesTheLongWay(String id, String[] headers) throws Exception {
        openTheShortWay(hits);

        ask(hits, id, headers);

        assertThat(longWay).hasValue(1);
    }

    static Stream<Arguments> notPlain() {
        return Stream.of(
                notPlain("RUNNING", "Cache-Control", "only-if-cached"),
                notPlain("SUCCESS", "Prefer", "wait=5"),
                notPlain("SUCCESS", "Accept", "text/html, */*;q=0.5"),
                notPlain("SUCCESS", "Origin", "https://example.org"),
                notPlain("SUCCESS", "TE", "trailers"),
                notPlain(LARGE),
                notPlain("SUCCESS/more"),
                notPlain("SUCCESS?query"),
                notPlain("%53UCCESS"),
                notPlain(""));
    }

    private static Arguments notPlain(String id, String... headers) {
        return Arguments.of(id, headers);
    }

    @Test
    void theShortWayIsOpenAgainAfterWhatIsNotPlain() throws Exception {
        openTheShortWay(hits);
        ask(hits, "SUCCESS", "Prefer", "wait=5");
        longWay.set(0);

        ask(hits, "SUCCESS");

        assertThat(longWay).hasValue(0);
    }

    @Test
    void whateverIsAskedOfTheStatusEndpointIsTimedOnce() throws Exception {
        String etag = ask(hits, "SUCCESS").headers().firstValue("ETag").orElseThrow();
        ask(hits, "SUCCESS", "If-None-Match", etag);
        ask(hits, "SUCCESS");
        ask(hits, "SUCCESS/more");

        await().untilAsserted(() -> assertThat(timed).containsExactly("GET 200", "GET 304", "GET 200", "GET 404"));
    }

    @Test
    void whatHasABodyTakesTheLongWay() throws Exception {
        openTheShortWay(hits);
        HttpRequest.Builder withBody = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + hits + PublicPaths.STATUS + "SUCCESS"))
                .method("GET", HttpRequest.BodyPublishers.ofString("a body"));

        assertThat(client.send(withBody.build(), HttpResponse.BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(200);

        assertThat(longWay).hasValue(1);
    }

    @Test
    void aConnectionThatTakesTheShortWayIsNotIdle() throws Exception {
        openTheShortWay(hits);

        await().during(Duration.ofSeconds(2 * IDLE_SECONDS))
                .atMost(Duration.ofSeconds(10))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> ask(hits, "SUCCESS").statusCode() == 200);

        assertThat(longWay).hasValue(0);
    }

    private HttpResponse<String> ask(int port, String id, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + port + PublicPaths.STATUS + id))
                .timeout(Duration.ofSeconds(10));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static Map<String, List<String>> headers(HttpResponse<?> response) {
        return response.headers().map();
    }
}
