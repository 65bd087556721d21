package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.RUNNING;
import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static io.taskstatus.gateway.FakeUpstream.closes;
import static io.taskstatus.gateway.FakeUpstream.hangs;
import static io.taskstatus.gateway.FakeUpstream.notFound;
import static io.taskstatus.gateway.FakeUpstream.raw;
import static io.taskstatus.gateway.FakeUpstream.resets;
import static io.taskstatus.gateway.FakeUpstream.says;
import static io.taskstatus.gateway.FakeUpstream.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.AtOnce;
import io.taskstatus.gateway.AtOnce.Row;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every row of the error table, as a client sees it. */
class ErrorTableIT extends Gateway {
    /** A failure is kept for longer than a test may take to ask again. */
    @Override
    Map<String, String> settings() {
        Map<String, String> settings = super.settings();
        settings.put("gateway.freshness.error", "5s");
        return settings;
    }

    @TestFactory
    Stream<DynamicTest> aRowOfTheTable() {
        return AtOnce.run(List.of(
                row("404", notFound(), 404, "execution_not_found", true, 1),
                row(
                        "404 without JSON",
                        status(404).saying("nope").as("text/plain"),
                        404,
                        "execution_not_found",
                        true,
                        1),
                row(
                        "404 as HTML",
                        status(404).saying("not here").as("text/html; charset=utf-8"),
                        502,
                        "upstream_invalid_body",
                        true,
                        2),
                row("404 with a tag", status(404).saying(" <html>"), 502, "upstream_invalid_body", true, 2),
                row("400", status(400), 400, "upstream_rejected", false, 1),
                row("401", status(401), 502, "upstream_auth", false, 1),
                row("403", status(403), 502, "upstream_auth", false, 1),
                row("402", status(402), 502, "upstream_payment_required", false, 1),
                row("500", status(500), 502, "upstream_error", true, 2),
                row("502", status(502), 502, "upstream_error", true, 3),
                row("503", status(503), 503, "upstream_unavailable", true, 3),
                row("504", status(504), 504, "upstream_timeout", true, 3),
                row("501", status(501), 502, "upstream_error", true, 1),
                row("302", status(302).with("Location", "/elsewhere"), 502, "upstream_redirect", false, 1),
                row("304", raw("HTTP/1.1 304 Not Modified\r\n\r\n"), 502, "upstream_unexpected_status", false, 1),
                row("418", status(418), 502, "upstream_unexpected_status", false, 1),
                row("204", raw("HTTP/1.1 204 No Content\r\n\r\n"), 502, "upstream_unexpected_status", false, 1),
                row("206", status(206), 502, "upstream_unexpected_status", false, 1),
                row("408", status(408), 504, "upstream_timeout", true, 2),
                row("no JSON", body("hello"), 502, "upstream_invalid_body", true, 2),
                row("truncated", says(SUCCESS).truncatedAfter(30), 502, "upstream_invalid_body", true, 2),
                row("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), 502, "upstream_invalid_body", true, 2),
                row("another id", body("{\"executionId\":\"x\"}"), 502, "upstream_identity_mismatch", true, 2),
                row(
                        "endless",
                        body("{\"a\":\"" + "x".repeat(10_000)).endless(),
                        502,
                        "upstream_body_too_large",
                        false,
                        1),
                row("silent", hangs(), 504, "upstream_timeout", true, 2),
                row("dripping", says(SUCCESS).dripping(Duration.ofMillis(100)), 504, "upstream_timeout", true, 2)));
    }

    private Row row(String name, Reply reply, int status, String code, boolean retryable, int calls) {
        return new Row(name, () -> {
            String id = anyId();
            upstream.answers(id, reply);
            isTheRow(id, status, code, retryable);
            assertThat(upstream.fetchesOf(id)).isEqualTo(calls);
        });
    }

    @Test
    void aConnectionThatEndsWithoutAnAnswerIsARowToo() {
        for (Reply reply : List.of(resets(), closes())) {
            String id = anyId();
            // connections of its own: a kept one that dies before a byte of its answer is replaced, which is no attempt
            upstream.hangUp();
            upstream.answers(id, reply);
            isTheRow(id, 503, "upstream_unreachable", true);
            assertThat(upstream.fetchesOf(id)).isBetween(3, 4);
        }
    }

    private void isTheRow(String id, int status, String code, boolean retryable) {
        Response problem = get(id);
        Response kept = get(id);
        assertThat(problem.statusCode()).isEqualTo(status);
        assertThat(problem.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(problem.header("Cache-Control")).isEqualTo("no-store");
        assertThat(problem.header("Cache-Status")).startsWith("task-status-gateway; fwd=uri-miss");
        assertThat(problem.header("Retry-After")).isEqualTo(status == 503 ? "1" : null);
        Map<String, Object> members = problem.jsonPath().getMap("");
        assertThat(members)
                .containsEntry("type", "urn:task-status-gateway:problem:" + code)
                .containsEntry("code", code)
                .containsEntry("status", status)
                .containsEntry("retryable", retryable)
                .containsEntry("executionId", id)
                .containsEntry("instance", PATH + id)
                .containsEntry("message", members.get("detail"));
        assertThat((String) members.get("title")).isNotBlank();
        assertThat(kept.statusCode()).isEqualTo(status);
        assertThat(kept.header("Cache-Status")).matches("task-status-gateway; hit; detail=memory; ttl=[1-5]");
    }

    @Test
    void theUpstreamsMessageIsPassedOnWithoutControlCharacters() {
        String id = anyId();
        upstream.answers(id, status(500).saying("{\"message\":\"out\\u0007 of \\nluck\"}"));
        assertThat(get(id).jsonPath().getString("message")).isEqualTo("out of luck");
        String chatty = anyId();
        upstream.answers(chatty, status(500).saying("{\"message\":\"" + "x".repeat(600) + "\"}"));
        assertThat(get(chatty).jsonPath().getString("message")).isEqualTo("x".repeat(512));
        String html = anyId();
        upstream.answers(html, status(500).saying("<h1>secret stack trace</h1>").as("text/html"));
        assertThat(get(html).asString()).doesNotContain("secret");
    }

    @Test
    void aProblemThatHeadMeetsIsItsHeadersAlone() {
        for (Reply reply : List.of(status(503), notFound(), body("hello"))) {
            String id = anyId();
            upstream.answers(id, reply);
            Response head = client().head(PATH + id);
            Response problem = get(id);
            assertThat(head.asByteArray()).isEmpty();
            assertThat(head.statusCode()).isEqualTo(problem.statusCode());
            for (String name : List.of("Content-Type", "Content-Length", "Cache-Control")) {
                assertThat(head.header(name)).isEqualTo(problem.header(name)).isNotBlank();
            }
            assertThat(head.header("Retry-After")).isEqualTo(problem.header("Retry-After"));
        }
    }

    @ParameterizedTest
    @CsvSource({"429, upstream_rate_limited", "503, upstream_unavailable"})
    void aPauseHoldsEverybodyBack(int status, String code) {
        String id = anyId();
        String other = anyId();
        String running = anyId();
        upstream.says(running, RUNNING);
        get(running);
        upstream.answers(id, status(status).with("Retry-After", "4").saying("{\"message\":\"slow down\"}"));
        upstream.says(other, SUCCESS);
        Response limited = get(id);
        assertThat(limited.statusCode()).isEqualTo(503);
        assertThat(limited.jsonPath().getString("code")).isEqualTo(code);
        assertThat(limited.header("Retry-After")).isEqualTo("4");
        Response held = get(other);
        assertThat(held.statusCode()).isEqualTo(503);
        assertThat(held.jsonPath().getString("code")).isEqualTo(code);
        assertThat(held.header("Retry-After")).isIn("3", "4");
        Response standIn =
                await().until(() -> get(running), answer -> "stale-if-error".equals(cacheStatus(answer, "detail")));
        assertThat(standIn.asString()).isEqualTo(FakeUpstream.bodyOf(running, RUNNING));
        assertThat(standIn.header("Retry-After")).isIn("2", "3", "4");
        assertThat(upstream.fetchesOf(other)).isZero();
        await().until(() -> get(other).statusCode() == 200);
    }

    @Test
    void aRunningStandsInForAFailure() {
        String id = anyId();
        upstream.says(id, "Running").then(status(500));
        String body = get(id).asString();
        Response standIn =
                await().atMost(Duration.ofSeconds(4)).until(() -> get(id), answer -> upstream.fetchesOf(id) > 1);
        assertThat(standIn.statusCode()).isEqualTo(200);
        assertThat(standIn.asString()).isEqualTo(body);
        assertThat(standIn.header("Cache-Status"))
                .isEqualTo("task-status-gateway; fwd=stale; fwd-status=500; stored; detail=stale-if-error");
        Response kept = get(id, "Cache-Control", "no-cache");
        assertThat(kept.header("Cache-Status")).matches("task-status-gateway; hit; ttl=-\\d+; detail=stale-if-error");
    }
}
