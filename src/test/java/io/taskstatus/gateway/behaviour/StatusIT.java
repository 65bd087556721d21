package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.INDETERMINATE;
import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint as clients use it: bytes, headers, conditions, directives, ids, methods and paths. */
class StatusIT extends Gateway {
    @Test
    void successIsFetchedOnceAndKeptForEver() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        Response miss = get(id);
        Response hit = get(id);
        assertThat(miss.statusCode()).isEqualTo(200);
        assertThat(miss.header("Cache-Status")).isEqualTo("task-status-gateway; fwd=uri-miss; fwd-status=200; stored");
        assertThat(hit.header("Cache-Status")).isEqualTo("task-status-gateway; hit; detail=memory");
        assertThat(hit.asString()).isEqualTo(FakeUpstream.bodyOf(id, SUCCESS)).isEqualTo(miss.asString());
        for (Response response : List.of(miss, hit)) {
            assertThat(response.header("Content-Type")).isEqualTo("application/json");
            assertThat(response.header("Content-Length")).isEqualTo(Integer.toString(miss.asByteArray().length));
            assertThat(response.header("ETag")).matches("\"[^\"]+\"").isEqualTo(miss.header("ETag"));
            assertThat(response.header("Age")).matches("\\d+");
            assertThat(Duration.between(
                            DateTimeFormatter.RFC_1123_DATE_TIME.parse(response.header("Date"), Instant::from),
                            Instant.now()))
                    .isBetween(Duration.ZERO, Duration.ofMinutes(1));
            assertThat(response.header("Vary")).isEqualTo("Accept");
            assertThat(response.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(response.header("Cache-Control")).isEqualTo("private, max-age=31536000, immutable");
            assertThat(response.header("Retry-After")).isNull();
        }
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void runningIsKeptForASecondAndFetchedAgain() {
        Asked asked = askedWithin(Duration.ofMillis(900), id -> {
            upstream.says(id, RUNNING).then(RUNNING).then(INDETERMINATE);
            return List.of(get(id), get(id));
        });
        String id = asked.id();
        Response second = asked.answers().getLast();
        assertThat(asked.answers().getFirst().header("Retry-After")).isEqualTo("1");
        assertThat(second.header("Cache-Status")).isEqualTo("task-status-gateway; hit; detail=memory; ttl=1");
        assertThat(second.header("Cache-Control")).isEqualTo("private, no-cache");
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
        Response last = await().atMost(Duration.ofSeconds(5))
                .until(() -> get(id), answer -> answer.asString().contains(INDETERMINATE));
        assertThat(cacheStatus(last, "fwd")).isEqualTo("stale");
        assertThat(last.header("Cache-Control")).isEqualTo("private, no-cache");
        assertThat(upstream.fetchesOf(id)).isEqualTo(3);
    }

    private record Asked(String id, List<Response> answers) {}

    /**
     * What {@code ask} got about an id that nobody had asked for, within {@code most}: a machine that stops for longer has
     * another go.
     */
    private Asked askedWithin(Duration most, Function<String, List<Response>> ask) {
        return await().atMost(Duration.ofSeconds(20))
                .until(
                        () -> {
                            long start = System.nanoTime();
                            String id = anyId();
                            List<Response> answers = ask.apply(id);
                            return System.nanoTime() - start <= most.toNanos()
                                    ? Optional.of(new Asked(id, answers))
                                    : Optional.<Asked>empty();
                        },
                        Optional::isPresent)
                .orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {RUNNING, SUCCESS, "Pending"})
    void anUnchangedBodyIs304(String word) {
        String id = anyId();
        upstream.says(id, word);
        String etag = get(id).header("ETag");
        for (String tags : List.of(etag, "W/" + etag, "\"other\", " + etag, "*")) {
            Response unchanged = get(id, "If-None-Match", tags);
            assertThat(unchanged.statusCode()).isEqualTo(304);
            assertThat(unchanged.asByteArray()).isEmpty();
            assertThat(unchanged.header("ETag")).isEqualTo(etag);
            assertThat(List.of("Age", "Vary", "Cache-Control", "Cache-Status"))
                    .allSatisfy(name -> assertThat(unchanged.header(name)).isNotNull());
        }
        assertThat(get(id, "If-None-Match", "\"other\"").statusCode()).isEqualTo(200);
    }

    @Test
    void headIsGetWithoutTheBodyOnMissAndOnHit() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        for (int i = 0; i < 2; i++) {
            Response head = client().head(PATH + id);
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.header("Content-Length"))
                    .isEqualTo(Integer.toString(FakeUpstream.bodyOf(id, SUCCESS).length()));
            assertThat(head.asByteArray()).isEmpty();
            assertThat(head.header("ETag")).isEqualTo(get(id).header("ETag"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-cache", "max-age=0", "NO-CACHE", "foo, no-cache"})
    void noCacheRefetchesRunningAtMostTwiceASecond(String directive) {
        String id = askedWithin(Duration.ofMillis(450), running -> {
                    upstream.says(running, RUNNING);
                    return List.of(get(running), get(running, "Cache-Control", directive));
                })
                .id();
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
        Response refetched = await().atMost(Duration.ofSeconds(2))
                .until(() -> get(id, "Cache-Control", directive), answer -> upstream.fetchesOf(id) == 2);
        assertThat(cacheStatus(refetched, "fwd")).isEqualTo("request");
    }

    @Test
    void aTerminalResultIsNeverRefetched() {
        String id = anyId();
        upstream.says(id, SUCCESS).then(FakeUpstream.status(404));
        get(id);
        Response again = get(id, "Cache-Control", "no-cache");
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(upstream.fetchesOf(id)).isEqualTo(1);
    }

    @Test
    void onlyIfCachedNeverFetches() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        Response refused = get(id, "Cache-Control", "no-cache, only-if-cached");
        assertThat(refused.statusCode()).isEqualTo(504);
        assertThat(refused.jsonPath().getString("code")).isEqualTo("not_cached");
        assertThat(upstream.fetchesOf(id)).isZero();
        get(id);
        assertThat(get(id, "Cache-Control", "only-if-cached").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "text/plain",
                "application/xml",
                ";;;",
                "application/json;q=",
                "text/event-stream;q=0.1, */*"
            })
    void whateverAcceptSaysTheAnswerIsJson(String accept) {
        String id = anyId();
        upstream.says(id, SUCCESS);
        for (int i = 0; i < 2; i++) {
            Response answer = get(id, "Accept", accept);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        }
    }

    @Test
    void theQueryIsIgnoredAndTheIdDecodedOnce() {
        String id = "a" + anyId();
        upstream.says(id, SUCCESS);
        get(id);
        Response same = client().get(PATH + "%61" + id.substring(1) + "?x=1&y=%2F");
        assertThat(cacheStatus(same, "hit")).isEmpty();
        assertThat(upstream.requestsOf(id)).hasSize(1).first().satisfies(request -> {
            assertThat(request.target()).isEqualTo("/prefix" + PATH + id);
            assertThat(request.headerNames()).containsExactly("accept", "host", "user-agent", "x-api-key");
            assertThat(request.header("user-agent")).isEqualTo("task-status-gateway/1.0.0");
        });
    }

    @Test
    void ofAClientsHeadersOnlyAValidTraceparentGoesOn() {
        String id = anyId();
        upstream.says(id, SUCCESS);
        String traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        client().header("traceparent", traceparent)
                .header("x-api-key", "the-clients")
                .header("Authorization", "Bearer secret")
                .header("Cookie", "a=b")
                .header("baggage", "k=v")
                .get(PATH + id);
        assertThat(upstream.requestsOf(id)).hasSize(1).first().satisfies(request -> {
            assertThat(request.header("traceparent")).isEqualTo(traceparent);
            assertThat(request.header("x-api-key")).isEqualTo("the-gateways-own-key");
            assertThat(request.head().toLowerCase(Locale.ROOT))
                    .doesNotContain("secret", "cookie", "baggage", "the-clients");
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a%2Fb", "a%00b", "a%20b", "%2561", "", "a%0Ab", "a;x=1", "caf%C3%A9", "%2e%2e%2fb", "a+b", "a,b"
            })
    void aBadIdIsRefusedHere(String id) {
        int before = upstream.fetches();
        Response refused = get(id);
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.jsonPath().getString("code")).isEqualTo("invalid_execution_id");
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(upstream.fetches()).isEqualTo(before);
    }

    @Test
    void anIdHasAtMost128Characters() {
        upstream.says("x".repeat(128), SUCCESS);
        assertThat(get("x".repeat(128)).statusCode()).isEqualTo(200);
        assertThat(get("x".repeat(129)).statusCode()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/nope",
                PATH + "a/b",
                PATH + "..",
                PATH + "x/../abc",
                PATH + "%2e%2e",
                "/task/function",
                "/q/metrics",
                "/q/health/ready",
                "/admin/results",
                "/console/nope"
            })
    void thereIsNothingElse(String path) {
        int before = upstream.fetches();
        Response nothing = client().get(path);
        assertThat(nothing.statusCode()).isIn(404, 400);
        assertThat(nothing.jsonPath().getString("code")).isIn("route_not_found", "invalid_execution_id");
        assertThat(nothing.jsonPath().getString("type")).startsWith("urn:task-status-gateway:problem:");
        assertThat(upstream.fetches()).isEqualTo(before);
    }

    @Test
    void otherMethodsAreRefusedWithAllow() {
        for (String method : List.of("POST", "PUT", "DELETE", "PATCH", "BREW")) {
            Response refused = client().request(method, PATH + "abc");
            assertThat(refused.statusCode()).isEqualTo(405);
            assertThat(refused.header("Allow")).contains("GET", "HEAD", "OPTIONS");
            assertThat(refused.jsonPath().getString("code")).isEqualTo("method_not_allowed");
        }
        Response options = client().options(PATH + "abc");
        assertThat(options.statusCode()).isEqualTo(200);
        assertThat(options.header("Allow")).contains("GET");
    }

    @Test
    void theApiIsDescribed() {
        Response json = client().header("Accept", "application/json").get("/openapi");
        assertThat(json.jsonPath().getMap("paths")).containsOnlyKeys(PATH + "{executionId}");
        assertThat(json.header("X-Content-Type-Options")).isEqualTo("nosniff");
        Response yaml = client().get("/openapi");
        assertThat(new String(yaml.asByteArray(), StandardCharsets.UTF_8)).startsWith("---\nopenapi: 3.1");
    }
}
