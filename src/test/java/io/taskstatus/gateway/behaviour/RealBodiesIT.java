package io.taskstatus.gateway.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import io.taskstatus.gateway.FakeUpstream;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Documented bodies and odd but legal ones go out as they came in, on miss and on hit. */
class RealBodiesIT extends Gateway {
    private static final String SIGNATURE =
            "{\"v\":28,\"r\":\"20476805d11bd09ecad1b67102a0be84810749430bf8deca83f93de9b185d486\","
                    + "\"s\":\"07f38e3b363300f4997460ddef83c0769dedfd7ba8a61a21236081b5b8f74e66\"}";

    static Stream<String> bodies() {
        return Stream.of(
                "{\"executionId\":\"ID\",\"clearTextSolution\":{\"output\":\"function task output\",\"executionStatus\":\"succeed\","
                        + "\"senderAddress\":\"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\",\"signature\":" + SIGNATURE
                        + "},\"verificationStatus\":\"Success\"}",
                "{\"executionId\":\"ID\",\"clearTextSolution\":{\"output\":\"function task output\",\"executionStatus\":\"succeed\","
                        + "\"senderAddress\":\"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"},\"signature\":" + SIGNATURE
                        + ",\"verificationStatus\":\"Success\"}",
                "{\"verificationStatus\":\"Error\"}",
                " \r\n\t{ \"verificationStatus\" : \"Success\" , \"executionId\" : null }\n\n",
                "{\"verificationStatus\":\"Success\",\"n\":123456789012345678901234567890,\"f\":1E400,\"z\":-0.0e-7}",
                "{\"verificationStatus\":\"Success\",\"\\u0061\\ud83d\\ude00\":\"\\/\\b\\u0000 \uD83D\uDE00 \u2028 é\"}",
                "{\"verificationStatus\":\"Success\",\"deep\":{\"a\":1,\"a\":2,\"a\":{\"verificationStatus\":\"Running\"}}}",
                "{\"\\u0076erificationStatus\":\"Indeterminate\",\"executionId\":\"ID\"}",
                "{\"verificationStatus\":\"Success\",\"output\":\"" + "0123456789abcdef".repeat(98_304) + "\"}");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void bodiesAreKeptByteForByte(String template) {
        String id = anyId();
        byte[] body = template.replace("ID", id).getBytes(StandardCharsets.UTF_8);
        upstream.answers(id, FakeUpstream.body(body).as("text/plain; charset=latin-1"))
                .then(FakeUpstream.status(500));
        Response miss = get(id);
        Response hit = get(id);
        assertThat(miss.asByteArray()).isEqualTo(body);
        assertThat(hit.asByteArray()).isEqualTo(body);
        assertThat(hit.header("Content-Type")).isEqualTo("application/json");
        assertThat(hit.header("Cache-Status")).isEqualTo("task-status-gateway; hit; detail=memory");
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void chunksAndTheEndOfTheConnectionAreCompleteBodiesToo(String template) {
        for (FakeUpstream.Reply framed : new FakeUpstream.Reply[] {
            FakeUpstream.body(template.replace("ID", "")).chunked(),
            FakeUpstream.body("").untilClose()
        }) {
            String id = anyId();
            byte[] body = template.replace("ID", id).getBytes(StandardCharsets.UTF_8);
            upstream.answers(id, framed.saying(template.replace("ID", id)));
            assertThat(get(id).asByteArray()).isEqualTo(body);
            assertThat(get(id).header("Cache-Status")).isEqualTo("task-status-gateway; hit; detail=memory");
        }
    }
}
