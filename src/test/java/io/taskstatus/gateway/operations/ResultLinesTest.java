package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResultLinesTest {
    private static final String BODY =
            "{ \"verificationStatus\" : \"Success\",\r\n\t\"executionId\":\"e-1\", \"n\":1.50e2, \"s\":\"\\u00e9 é 😀 \\/\" }";

    private static StatusSnapshot result() {
        return new StatusSnapshot(
                new ExecutionId("e-1"),
                VerificationStatus.SUCCESS,
                BODY.getBytes(StandardCharsets.UTF_8),
                Instant.parse("2026-11-23T12:00:00.123Z"));
    }

    private static String line() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ResultLines.write(result(), bytes);
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private static StatusSnapshot read(String line) throws Exception {
        return ResultLines.read(line.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void whatIsWrittenIsReadBackByteForByte() throws Exception {
        assertThat(line()).endsWith("\n").matches("[^\n]*\n");
        StatusSnapshot back = read(line().strip());
        assertThat(back.body()).isEqualTo(result().body());
        assertThat(back.id()).isEqualTo(result().id());
        assertThat(back.status()).isEqualTo(VerificationStatus.SUCCESS);
        assertThat(back.fetchedAt()).isEqualTo(result().fetchedAt());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "sha256\":\"|sha256\":\"0|its sha256 is not its body's",
                "verificationStatus\":\"Success\",\"f|verificationStatus\":\"Error\",\"f|its verificationStatus is not its body's",
                "12:00:00.123Z|12:00:00.123+01:00|fetchedAt",
                "12:00:00.123Z|noon|fetchedAt",
                "2026-11-23T|+99999-11-23T|fetchedAt",
                "12:00:00.123Z|12:00Z|fetchedAt",
                "12:00:00.123Z|12:00:00.Z|fetchedAt",
                "12:00:00.123Z|12:00:00+00|fetchedAt",
                "12:00:00.123Z|12:00:00+00:00:00|fetchedAt",
                "2026-11-23T12|2026-11-23 12|fetchedAt",
                "12:00:00.123Z|24:00:00Z|fetchedAt",
                "{\"executionId\":\"e-1\"|{\"executionId\":\"e-2\"|its body names another executionId",
                "{\"executionId\":\"e-1\"|{\"executionId\":\"e/1\"|its executionId is none",
                "{\"executionId\":\"e-1\"|{\"executionId\":7|its executionId is no string",
                "{\"executionId\":\"e-1\",|{|it has no executionId",
                "{\"executionId\"|{\"color\":\"red\",\"executionId\"|it has a field that no result has",
                "{\"executionId\"|{\"executionId\":\"e-1\",\"executionId\"|it is not JSON",
                "{\"executionId\"|[\"executionId\"|it is no JSON object",
                "{\"executionId\"|{executionId|it is not JSON",
                "\\\"Success\\\"|\\\"Running\\\"|its body's verificationStatus is not terminal",
                "\\\"Success\\\"|\\\"success\\\"|its body is no result: status_undocumented",
                "\\\"n\\\"|\\\"s\\\"|its body is no result: duplicate_key",
                "\\\"n\\\":|\\\"n\\\"|its body is no result: not_one_object",
                "😀|\\ud83d|its body is not UTF-8",
            })
    void aLineThatIsNoResultSaysWhy(String found, String replacement, String why) throws Exception {
        String line = line().strip();
        assertThat(line).contains(found);
        assertThatThrownBy(() -> read(line.replace(found, replacement)))
                .isInstanceOf(ResultLines.InvalidLine.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-23T12:00:00.123Z",
                "2026-11-23t12:00:00.123z",
                "2026-11-23T12:00:00.123+00:00",
                "2026-11-23T12:00:00.123-00:00",
                "2026-11-23T12:00:00.123000000Z"
            })
    void everyFormOfATimeInUtcIsRead(String time) throws Exception {
        String line = line().strip().replace("2026-11-23T12:00:00.123Z", time);
        assertThat(line).contains(time);
        assertThat(read(line).fetchedAt()).isEqualTo(result().fetchedAt());
    }

    @Test
    void nothingComesAfterTheObject() throws Exception {
        String line = line().strip();
        assertThatThrownBy(() -> read(line + " {}")).hasMessageContaining("comes after");
        assertThatThrownBy(() -> read(line.substring(0, line.length() - 1))).hasMessageContaining("not JSON");
    }

    @Test
    void bytesThatAreNoUtf8AreRefused() throws Exception {
        byte[] line = line().getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> ResultLines.read(line)).hasMessageContaining("not UTF-8");
    }
}
