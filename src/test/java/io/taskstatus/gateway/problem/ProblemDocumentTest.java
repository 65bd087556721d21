package io.taskstatus.gateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one error shape (RFC 9457). */
class ProblemDocumentTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @ParameterizedTest
    @EnumSource
    void everyReasonHasItsDocument(FailureReason reason) throws IOException {
        JsonNode problem = JSON.readTree(ProblemDocument.of(reason, "/path").toJson());

        assertThat(problem.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("type", "title", "status", "detail", "instance", "message", "code", "retryable");
        assertThat(problem.get("type").textValue()).isEqualTo("urn:task-status-gateway:problem:" + reason.code());
        assertThat(problem.get("title").textValue()).isEqualTo(reason.title());
        assertThat(problem.get("status").intValue()).isEqualTo(reason.status());
        assertThat(problem.get("detail").textValue()).isEqualTo(reason.detail());
        assertThat(problem.get("message")).isEqualTo(problem.get("detail"));
        assertThat(problem.get("instance").textValue()).isEqualTo("/path");
        assertThat(problem.get("code").textValue()).isEqualTo(reason.code());
        assertThat(problem.get("retryable").booleanValue()).isEqualTo(reason.isRetryable());
    }

    @Test
    void whatIsKnownOfTheFailureIsTold() throws IOException {
        SourceFailure failure =
                SourceFailure.answered(FailureReason.UPSTREAM_ERROR, 500).saying(Optional.of("no \"disk\"\u2028"));

        JsonNode problem = JSON.readTree(ProblemDocument.of(failure, "/a", "e-1")
                .within(Optional.of("4bf92f3577b34da6a3ce929d0e0e4736"))
                .toJson());

        assertThat(problem.get("executionId").textValue()).isEqualTo("e-1");
        assertThat(problem.get("upstreamStatus").intValue()).isEqualTo(500);
        assertThat(problem.get("traceId").textValue()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(problem.get("detail").textValue()).isEqualTo("no \"disk\"\u2028");
        assertThat(problem.get("message").textValue()).isEqualTo("no \"disk\"\u2028");
    }

    @Test
    void wordsOfItsOwnStandInBothPlaces() throws IOException {
        JsonNode problem = JSON.readTree(ProblemDocument.of(FailureReason.INVALID_IMPORT, "/")
                .saying("line 3")
                .toJson());

        assertThat(problem.get("detail").textValue()).isEqualTo("line 3");
        assertThat(problem.get("message").textValue()).isEqualTo("line 3");
    }

    @Test
    void aPathThatIsNoTextIsEscaped() {
        String json = new String(
                ProblemDocument.of(FailureReason.ROUTE_NOT_FOUND, "/\"\n\\\u0001")
                        .toJson(),
                StandardCharsets.UTF_8);

        assertThat(json).contains("\"instance\":\"/\\\"\\n\\\\\\u0001\"");
    }
}
