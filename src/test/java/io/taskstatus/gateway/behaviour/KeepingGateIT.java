package io.taskstatus.gateway.behaviour;

import static io.taskstatus.gateway.FakeUpstream.SUCCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.response.Response;
import io.taskstatus.gateway.AtOnce;
import io.taskstatus.gateway.AtOnce.Row;
import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.FakeUpstream.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** What is wrong with a body keeps it from being kept for ever; the right answer replaces it a second later. */
class KeepingGateIT extends Gateway {
    private static final String DEEP =
            "{\"verificationStatus\":\"Success\",\"d\":" + "[".repeat(64) + "]".repeat(64) + "}";

    @TestFactory
    Stream<DynamicTest> theRightAnswerReplacesAWrongOne() {
        return AtOnce.run(List.of(
                passedOn("no status", FakeUpstream.body("{\"executionId\":null}")),
                passedOn("null status", FakeUpstream.body("{\"verificationStatus\":null}")),
                passedOn("other case", FakeUpstream.body("{\"verificationStatus\":\"success\"}")),
                passedOn("a trailing space", FakeUpstream.body("{\"verificationStatus\":\"Success \"}")),
                passedOn("no string", FakeUpstream.body("{\"verificationStatus\":true}")),
                passedOn("duplicate key", FakeUpstream.body("{\"verificationStatus\":\"Success\",\"a\":1,\"a\":2}")),
                passedOn(
                        "two statuses",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\",\"verificationStatus\":\"Success\"}")),
                passedOn("too deep", FakeUpstream.body(DEEP)),
                refused("empty", FakeUpstream.body(""), "upstream_invalid_body"),
                refused(
                        "an array",
                        FakeUpstream.body("[{\"verificationStatus\":\"Success\"}]"),
                        "upstream_invalid_body"),
                refused(
                        "more after it",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\"} {}"),
                        "upstream_invalid_body"),
                refused(
                        "not JSON",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\",}"),
                        "upstream_invalid_body"),
                refused("HTML", FakeUpstream.body("<html>Success</html>").as("text/html"), "upstream_invalid_body"),
                refused(
                        "a byte order mark",
                        FakeUpstream.body("\uFEFF{\"verificationStatus\":\"Success\"}"),
                        "upstream_invalid_body"),
                refused(
                        "no UTF-8",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\",\"x\":\"é\"}"
                                .getBytes(StandardCharsets.ISO_8859_1)),
                        "upstream_invalid_body"),
                refused(
                        "UTF-16",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\"}".getBytes(StandardCharsets.UTF_16LE)),
                        "upstream_invalid_body"),
                refused(
                        "encoded",
                        FakeUpstream.says(SUCCESS).with("Content-Encoding", "gzip"),
                        "upstream_invalid_body"),
                refused("truncated", FakeUpstream.says(SUCCESS).truncatedAfter(40), "upstream_invalid_body"),
                refused(
                        "truncated chunks",
                        FakeUpstream.says(SUCCESS).chunked().truncatedAfter(40),
                        "upstream_invalid_body"),
                refused(
                        "another execution",
                        FakeUpstream.body("{\"executionId\":\"other\",\"verificationStatus\":\"Success\"}"),
                        "upstream_identity_mismatch"),
                refused(
                        "an id that is a number",
                        FakeUpstream.body("{\"executionId\":1,\"verificationStatus\":\"Success\"}"),
                        "upstream_identity_mismatch"),
                refused(
                        "one id right, one wrong",
                        FakeUpstream.body(
                                "{\"executionId\":null,\"executionId\":\"other\",\"verificationStatus\":\"Success\"}"),
                        "upstream_identity_mismatch"),
                refused(
                        "too large",
                        FakeUpstream.body("{\"verificationStatus\":\"Success\",\"x\":\"" + "x".repeat(2 << 20) + "\"}"),
                        "upstream_body_too_large"),
                refused("another 2xx", FakeUpstream.status(203), "upstream_unexpected_status")));
    }

    private Row passedOn(String name, Reply reply) {
        return new Row(
                name,
                () -> replaced(reply, first -> {
                    assertThat(first.statusCode()).isEqualTo(200);
                    assertThat(first.header("Cache-Control")).isEqualTo("private, no-cache");
                    assertThat(first.header("Retry-After")).isEqualTo("1");
                }));
    }

    private Row refused(String name, Reply reply, String code) {
        return new Row(
                name,
                () -> replaced(reply, first -> {
                    assertThat(first.statusCode()).isEqualTo(502);
                    assertThat(first.jsonPath().getString("code")).isEqualTo(code);
                }));
    }

    private void replaced(Reply wrong, Consumer<Response> says) {
        String id = anyId();
        upstream.answers(id, wrong);
        says.accept(get(id));
        upstream.says(id, SUCCESS);
        Response right = await().atMost(Duration.ofSeconds(3))
                .until(() -> get(id), answer -> answer.asString().equals(FakeUpstream.bodyOf(id, SUCCESS)));
        assertThat(right.statusCode()).isEqualTo(200);
        assertThat(right.header("Cache-Control")).contains("immutable");
    }
}
