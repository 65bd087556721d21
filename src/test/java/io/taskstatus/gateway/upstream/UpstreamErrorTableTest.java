package io.taskstatus.gateway.upstream;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static io.taskstatus.gateway.FakeUpstream.body;
import static io.taskstatus.gateway.FakeUpstream.closes;
import static io.taskstatus.gateway.FakeUpstream.hangs;
import static io.taskstatus.gateway.FakeUpstream.raw;
import static io.taskstatus.gateway.FakeUpstream.resets;
import static io.taskstatus.gateway.FakeUpstream.says;
import static io.taskstatus.gateway.FakeUpstream.status;
import static io.taskstatus.gateway.lookup.FailureReason.EXECUTION_NOT_FOUND;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_AUTH;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_BODY_TOO_LARGE;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_ERROR;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_IDENTITY_MISMATCH;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_INVALID_BODY;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_PAYMENT_REQUIRED;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_RATE_LIMITED;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_REDIRECT;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_REJECTED;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_TIMEOUT;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_UNAVAILABLE;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_UNEXPECTED_STATUS;
import static io.taskstatus.gateway.lookup.FailureReason.UPSTREAM_UNREACHABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.FakeUpstream.Reply;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every row of the error table over a real socket: the code, and how many attempts it is worth. */
@QuarkusTest
@Tag("quarkus")
class UpstreamErrorTableTest {
    private static final String OBJECT = "{\"verificationStatus\":\"Success\"}";

    @Inject
    UpstreamGuard guard;

    static Stream<Arguments> rows() {
        return Stream.concat(statuses(), bodies());
    }

    private static Stream<Arguments> statuses() {
        return Stream.of(
                arguments("404", status(404), EXECUTION_NOT_FOUND, 1),
                arguments("404 without a body", status(404).saying(""), EXECUTION_NOT_FOUND, 1),
                arguments("404 of no type", status(404).as(""), EXECUTION_NOT_FOUND, 1),
                arguments("404, text", status(404).as("text/plain").saying("no"), EXECUTION_NOT_FOUND, 1),
                arguments("404, HTML", status(404).as("text/HTML; charset=x").saying(""), UPSTREAM_INVALID_BODY, 2),
                arguments("404, a tag", status(404).as("").saying(" \r\n<h1>no</h1>"), UPSTREAM_INVALID_BODY, 2),
                arguments("404, BOM and tag", status(404).as("").saying("\uFEFF<html>"), UPSTREAM_INVALID_BODY, 2),
                arguments("400", status(400), UPSTREAM_REJECTED, 1),
                arguments("401", status(401), UPSTREAM_AUTH, 1),
                arguments("402", status(402), UPSTREAM_PAYMENT_REQUIRED, 1),
                arguments("403", status(403), UPSTREAM_AUTH, 1),
                arguments("408", status(408), UPSTREAM_TIMEOUT, 2),
                arguments("429", status(429), UPSTREAM_RATE_LIMITED, 1),
                arguments("500", status(500), UPSTREAM_ERROR, 2),
                arguments("501", status(501), UPSTREAM_ERROR, 1),
                arguments("502", status(502), UPSTREAM_ERROR, 3),
                arguments("502, HTML", status(502).as("text/html").saying("<h1>bad</h1>"), UPSTREAM_ERROR, 3),
                arguments("503", status(503), UPSTREAM_UNAVAILABLE, 3),
                arguments("503, pausing", status(503).with("Retry-After", "1"), UPSTREAM_UNAVAILABLE, 1),
                arguments("504", status(504), UPSTREAM_TIMEOUT, 3),
                arguments("599", status(599), UPSTREAM_ERROR, 1),
                arguments("301", status(301).with("Location", "/other"), UPSTREAM_REDIRECT, 1),
                arguments("307", status(307).with("Location", "/other"), UPSTREAM_REDIRECT, 1),
                arguments("304", status(304), UPSTREAM_UNEXPECTED_STATUS, 1),
                arguments("204", status(204).saying(""), UPSTREAM_UNEXPECTED_STATUS, 1),
                arguments("201", status(201).saying(OBJECT), UPSTREAM_UNEXPECTED_STATUS, 1),
                arguments("410", status(410), UPSTREAM_UNEXPECTED_STATUS, 1),
                arguments("418", status(418), UPSTREAM_UNEXPECTED_STATUS, 1));
    }

    private static Stream<Arguments> bodies() {
        String other = "{\"executionId\":\"e-2\",\"verificationStatus\":\"Success\"}";
        return Stream.of(
                arguments("empty", body(""), UPSTREAM_INVALID_BODY, 2),
                arguments("HTML", body("<html>").as("text/html"), UPSTREAM_INVALID_BODY, 2),
                arguments("an array", body("[" + OBJECT + "]"), UPSTREAM_INVALID_BODY, 2),
                arguments("two objects", body(OBJECT + OBJECT), UPSTREAM_INVALID_BODY, 2),
                arguments("truncated", body(OBJECT).truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                arguments("reset within", body(OBJECT).truncatedAfter(9).reset(), UPSTREAM_INVALID_BODY, 2),
                arguments("one byte short", body(OBJECT).promising(1).closing(), UPSTREAM_INVALID_BODY, 2),
                arguments("one byte promised less", body(OBJECT).promising(-1).closing(), UPSTREAM_INVALID_BODY, 2),
                arguments("no last chunk", body(OBJECT).chunked().truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                arguments("cut at the end", body(OBJECT).untilClose().truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                arguments("gzip", body(OBJECT).with("Content-Encoding", "gzip"), UPSTREAM_INVALID_BODY, 2),
                arguments("BOM", body("\uFEFF" + OBJECT), UPSTREAM_INVALID_BODY, 2),
                arguments(
                        "no UTF-8",
                        body(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}),
                        UPSTREAM_INVALID_BODY,
                        2),
                arguments("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), UPSTREAM_INVALID_BODY, 2),
                arguments("no HTTP, no line", raw("hello"), UPSTREAM_INVALID_BODY, 2),
                arguments("no HTTP, and waits", raw("hello").hanging(), UPSTREAM_INVALID_BODY, 2),
                arguments("HTML without HTTP", raw("<html>no</html>\r\n\r\n"), UPSTREAM_INVALID_BODY, 2),
                arguments(
                        "bad length", raw("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}"), UPSTREAM_INVALID_BODY, 2),
                arguments(
                        "length and chunks",
                        raw(
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                        UPSTREAM_INVALID_BODY,
                        2),
                arguments(
                        "lines without CR", raw("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"), UPSTREAM_INVALID_BODY, 2),
                arguments(
                        "a head too large",
                        raw("HTTP/1.1 200 OK\r\nX-Flood: " + "x".repeat(100_000))
                                .hanging(),
                        UPSTREAM_INVALID_BODY,
                        2),
                arguments(
                        "bad chunk",
                        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n{}"),
                        UPSTREAM_INVALID_BODY,
                        2),
                arguments(
                        "multipart",
                        body(OBJECT.substring(1)).as("multipart/form-data; boundary=x"),
                        UPSTREAM_INVALID_BODY,
                        2),
                arguments("another id", body(other), UPSTREAM_IDENTITY_MISMATCH, 2),
                arguments("endless", body(OBJECT).endless(), UPSTREAM_BODY_TOO_LARGE, 1),
                arguments(
                        "promised too much",
                        body(OBJECT).promising(Rig.MAX_BODY).hanging(),
                        UPSTREAM_BODY_TOO_LARGE,
                        1),
                arguments("drips", says(SUCCESS).dripping(Duration.ofMillis(50)), UPSTREAM_TIMEOUT, 2),
                arguments("stops within", body(OBJECT).truncatedAfter(9).hanging(), UPSTREAM_TIMEOUT, 2),
                arguments("hangs", hangs(), UPSTREAM_TIMEOUT, 2),
                arguments("half a head", raw("HTTP/1.1 200 OK\r\nContent-").hanging(), UPSTREAM_TIMEOUT, 2),
                arguments("half a head, then the end", raw("HTTP/1.1 200 OK\r\nContent-"), UPSTREAM_UNREACHABLE, 3),
                arguments(
                        "half a head, then a reset", raw("HTTP/1.1 200 OK\r\nA").reset(), UPSTREAM_UNREACHABLE, 3),
                arguments("resets", resets(), UPSTREAM_UNREACHABLE, 3),
                arguments("closes", closes(), UPSTREAM_UNREACHABLE, 3));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void whatIsNoStatusIsItsRow(String name, Reply reply, FailureReason reason, int attempts) throws Exception {
        try (Rig rig = Rig.of(guard)) {
            rig.upstream.answers(Rig.ID.value(), reply);
            SourceFailure failure = rig.failure();
            assertThat(failure.reason()).isEqualTo(reason);
            assertThat(failure.fetched()).isTrue();
            assertThat(rig.fetches()).isEqualTo(attempts);
            assertThat(rig.attempts).hasSize(attempts).containsOnly(reason.code());
        }
    }
}
