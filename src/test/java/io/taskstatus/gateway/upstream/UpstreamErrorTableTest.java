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
import static io.taskstatus.gateway.lookup.FailureReason.OVERLOADED;
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
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quarkus.test.junit.QuarkusTest;
import io.taskstatus.gateway.AtOnce;
import io.taskstatus.gateway.AtOnce.Row;
import io.taskstatus.gateway.FakeUpstream.Reply;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every row of the error table over a real socket: the code, and how many attempts it is worth. */
@QuarkusTest
@Tag("quarkus")
class UpstreamErrorTableTest {
    private static final String OBJECT = "{\"verificationStatus\":\"Success\"}";

    @TestFactory
    Stream<DynamicTest> whatIsNoStatusIsItsRow() {
        return AtOnce.run(Stream.concat(statuses(), bodies()).toList());
    }

    private static Stream<Row> statuses() {
        return Stream.of(
                row("404", status(404), EXECUTION_NOT_FOUND, 1),
                row("404 without a body", status(404).saying(""), EXECUTION_NOT_FOUND, 1),
                row("404 of no type", status(404).as(""), EXECUTION_NOT_FOUND, 1),
                row("404, text", status(404).as("text/plain").saying("no"), EXECUTION_NOT_FOUND, 1),
                row("404, HTML", status(404).as("text/HTML; charset=x").saying(""), UPSTREAM_INVALID_BODY, 2),
                row("404, a tag", status(404).as("").saying(" \r\n<h1>no</h1>"), UPSTREAM_INVALID_BODY, 2),
                row("404, BOM and tag", status(404).as("").saying("\uFEFF<html>"), UPSTREAM_INVALID_BODY, 2),
                row("400", status(400), UPSTREAM_REJECTED, 1),
                row("401", status(401), UPSTREAM_AUTH, 1),
                row("402", status(402), UPSTREAM_PAYMENT_REQUIRED, 1),
                row("403", status(403), UPSTREAM_AUTH, 1),
                row("408", status(408), UPSTREAM_TIMEOUT, 2),
                row("429", status(429), UPSTREAM_RATE_LIMITED, 1),
                row("500", status(500), UPSTREAM_ERROR, 2),
                row("501", status(501), UPSTREAM_ERROR, 1),
                row("502", status(502), UPSTREAM_ERROR, 3),
                row("502, HTML", status(502).as("text/html").saying("<h1>bad</h1>"), UPSTREAM_ERROR, 3),
                row("503", status(503), UPSTREAM_UNAVAILABLE, 3),
                row("503, pausing", status(503).with("Retry-After", "1"), UPSTREAM_UNAVAILABLE, 1),
                row("504", status(504), UPSTREAM_TIMEOUT, 3),
                row("599", status(599), UPSTREAM_ERROR, 1),
                row("301", status(301).with("Location", "/other"), UPSTREAM_REDIRECT, 1),
                row("307", status(307).with("Location", "/other"), UPSTREAM_REDIRECT, 1),
                row("304", status(304), UPSTREAM_UNEXPECTED_STATUS, 1),
                row("204", status(204).saying(""), UPSTREAM_UNEXPECTED_STATUS, 1),
                row("201", status(201).saying(OBJECT), UPSTREAM_UNEXPECTED_STATUS, 1),
                row("410", status(410), UPSTREAM_UNEXPECTED_STATUS, 1),
                row("418", status(418), UPSTREAM_UNEXPECTED_STATUS, 1));
    }

    private static Stream<Row> bodies() {
        String other = "{\"executionId\":\"e-2\",\"verificationStatus\":\"Success\"}";
        return Stream.of(
                row("empty", body(""), UPSTREAM_INVALID_BODY, 2),
                row("HTML", body("<html>").as("text/html"), UPSTREAM_INVALID_BODY, 2),
                row("an array", body("[" + OBJECT + "]"), UPSTREAM_INVALID_BODY, 2),
                row("two objects", body(OBJECT + OBJECT), UPSTREAM_INVALID_BODY, 2),
                row("truncated", body(OBJECT).truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                row("reset within", body(OBJECT).truncatedAfter(9).reset(), UPSTREAM_INVALID_BODY, 2),
                row("one byte short", body(OBJECT).promising(1).closing(), UPSTREAM_INVALID_BODY, 2),
                row("one byte promised less", body(OBJECT).promising(-1).closing(), UPSTREAM_INVALID_BODY, 2),
                row("no last chunk", body(OBJECT).chunked().truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                row("cut at the end", body(OBJECT).untilClose().truncatedAfter(9), UPSTREAM_INVALID_BODY, 2),
                row("gzip", body(OBJECT).with("Content-Encoding", "gzip"), UPSTREAM_INVALID_BODY, 2),
                row("BOM", body("\uFEFF" + OBJECT), UPSTREAM_INVALID_BODY, 2),
                row("no UTF-8", body(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}), UPSTREAM_INVALID_BODY, 2),
                row("no HTTP", raw("SSH-2.0-OpenSSH_9.2\r\n"), UPSTREAM_INVALID_BODY, 2),
                row("no HTTP, no line", raw("hello"), UPSTREAM_INVALID_BODY, 2),
                row("no HTTP, and waits", raw("hello").hanging(), UPSTREAM_INVALID_BODY, 2),
                row("HTML without HTTP", raw("<html>no</html>\r\n\r\n"), UPSTREAM_INVALID_BODY, 2),
                row("bad length", raw("HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n{}"), UPSTREAM_INVALID_BODY, 2),
                row(
                        "length and chunks",
                        raw(
                                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"),
                        UPSTREAM_INVALID_BODY,
                        2),
                row("lines without CR", raw("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"), UPSTREAM_INVALID_BODY, 2),
                row(
                        "a head too large",
                        raw("HTTP/1.1 200 OK\r\nX-Flood: " + "x".repeat(100_000))
                                .hanging(),
                        UPSTREAM_INVALID_BODY,
                        2),
                row(
                        "bad chunk",
                        raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxx\r\n{}"),
                        UPSTREAM_INVALID_BODY,
                        2),
                row(
                        "multipart",
                        body(OBJECT.substring(1)).as("multipart/form-data; boundary=x"),
                        UPSTREAM_INVALID_BODY,
                        2),
                row("another id", body(other), UPSTREAM_IDENTITY_MISMATCH, 2),
                row("endless", body(OBJECT).endless(), UPSTREAM_BODY_TOO_LARGE, 1),
                row("promised too much", body(OBJECT).promising(Rig.MAX_BODY).hanging(), UPSTREAM_BODY_TOO_LARGE, 1),
                row("drips", says(SUCCESS).dripping(Duration.ofMillis(50)), UPSTREAM_TIMEOUT, 2),
                row("stops within", body(OBJECT).truncatedAfter(9).hanging(), UPSTREAM_TIMEOUT, 2),
                row("hangs", hangs(), UPSTREAM_TIMEOUT, 2),
                row("half a head", raw("HTTP/1.1 200 OK\r\nContent-").hanging(), UPSTREAM_TIMEOUT, 2),
                row("half a head, then the end", raw("HTTP/1.1 200 OK\r\nContent-"), UPSTREAM_UNREACHABLE, 3),
                row("half a head, then a reset", raw("HTTP/1.1 200 OK\r\nA").reset(), UPSTREAM_UNREACHABLE, 3),
                row("resets", resets(), UPSTREAM_UNREACHABLE, 3),
                row("closes", closes(), UPSTREAM_UNREACHABLE, 3));
    }

    private static Row row(String name, Reply reply, FailureReason reason, int attempts) {
        return new Row(name, () -> {
            try (Rig rig = Rig.start()) {
                rig.upstream.answers(Rig.ID.value(), reply);
                AttemptFailed failed = failed(rig, Rig.DEADLINE);
                assertThat(failed.failure().reason()).isEqualTo(reason);
                assertThat(failed.failure().fetched()).isTrue();
                assertThat(failed.furtherAttempts()).isEqualTo(attempts - 1);
                assertThat(failed.isWorthAnother()).isEqualTo(attempts > 1);
                assertThat(rig.fetches()).isEqualTo(1);
                assertThat(rig.attempts).containsExactly(reason.code());
            }
        });
    }

    @Test
    void thatTheLineLeftTooLittleTimeSaysNothingAgainstTheUpstream() throws Exception {
        try (Rig rig = Rig.start()) {
            rig.upstream.answers(Rig.ID.value(), hangs());
            assertThat(failed(rig, Duration.ofMillis(200)))
                    .isNotInstanceOf(AttemptFailed.Counted.class)
                    .extracting(failed -> failed.failure().reason())
                    .isEqualTo(UPSTREAM_TIMEOUT);
            rig.upstream.answers(Rig.ID.value(), status(502));
            assertThat(failed(rig, Duration.ofMillis(200))).isInstanceOf(AttemptFailed.Counted.class);
            AttemptFailed late = failed(rig, Duration.ZERO);
            assertThat(late).isNotInstanceOf(AttemptFailed.Counted.class);
            assertThat(late.failure()).isEqualTo(SourceFailure.unfetched(OVERLOADED));
            assertThat(rig.attempts).containsExactly("upstream_timeout", "upstream_error");
        }
    }

    private static AttemptFailed failed(Rig rig, Duration left) {
        return catchThrowableOfType(AttemptFailed.class, () -> rig.attempt(Rig.ID, Optional.empty(), left));
    }
}
