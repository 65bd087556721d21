package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StatusReaderTest {
    private static final ExecutionId ID = new ExecutionId("abf5e6d2-F72d-4324");

    private static final Reading MISMATCH = new Reading.AnotherExecution();

    private static Reading read(String json) {
        return StatusReader.read(json.getBytes(StandardCharsets.UTF_8), ID);
    }

    private static Reading unknown(UnkeptReason reason) {
        return new Reading.Unknown(reason);
    }

    private static Reading unreadable(UnkeptReason reason) {
        return new Reading.Unreadable(reason);
    }

    @ParameterizedTest
    @CsvSource({"Success,SUCCESS", "Running,RUNNING", "Indeterminate,INDETERMINATE", "Error,ERROR"})
    void theFourWordsAreKnown(String word, VerificationStatus status) {
        Reading known = new Reading.Documented(status);
        assertThat(read("{\"verificationStatus\":\"" + word + "\"}")).isEqualTo(known);
        assertThat(read("{\"executionId\":null,\"verificationStatus\":\"" + word + "\"}"))
                .isEqualTo(known);
        assertThat(read(" {\"a\":[{\"b\":1E400}],\"verificationStatus\" : \"" + word + "\"}\r\n\t"))
                .isEqualTo(known);
    }

    @ParameterizedTest
    @ValueSource(strings = {"success", "SUCCESS", " Success", "Success ", "Succeeded", "", "Pending", "Suc\\u0000cess"})
    void theComparisonIsExact(String word) {
        assertThat(read("{\"verificationStatus\":\"" + word + "\"}"))
                .isEqualTo(unknown(UnkeptReason.STATUS_UNDOCUMENTED));
    }

    @Test
    void whatIsNoWordIsUnknown() {
        assertThat(read("{}")).isEqualTo(unknown(UnkeptReason.STATUS_MISSING));
        assertThat(read("{\"a\":{\"verificationStatus\":\"Success\"}}"))
                .isEqualTo(unknown(UnkeptReason.STATUS_MISSING));
        assertThat(read("{\"verificationStatus\":null}")).isEqualTo(unknown(UnkeptReason.STATUS_NULL));
        for (String value : new String[] {"1", "true", "[\"Success\"]", "{\"Success\":1}"}) {
            assertThat(read("{\"verificationStatus\":" + value + "}"))
                    .isEqualTo(unknown(UnkeptReason.STATUS_NOT_A_STRING));
        }
    }

    @Test
    void anEscapedKeyOrWordIsWhatItDecodesTo() {
        assertThat(read("{\"verification\\u0053tatus\":\"\\u0053uccess\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
        assertThat(read("{\"\\u0065xecutionId\":\"e-2\",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(MISMATCH);
        assertThat(read("{\"a\":1,\"\\u0061\":2,\"verificationStatus\":\"Success\"}"))
                .isEqualTo(unknown(UnkeptReason.DUPLICATE_KEY));
    }

    @Test
    void theSameIdMayComeInAnotherCase() {
        assertThat(read("{\"executionId\":\"ABF5E6D2-f72D-4324\",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\"e-2\"", "\"\"", "1", "true", "[]", "{}", "\"abf5e6d2-F72d-4324 \"", "\"abf5e6d2-F72d-432４\""})
    void anotherIdIsNeverPassedOn(String other) {
        assertThat(read("{\"executionId\":" + other + ",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(MISMATCH);
        assertThat(read("{\"executionId\":" + other + "}")).isEqualTo(MISMATCH);
    }

    @Test
    void identityComesFirst() {
        String mine = "\"executionId\":\"" + ID.value() + "\"";
        assertThat(read("{" + mine + ",\"executionId\":\"e-2\"}")).isEqualTo(MISMATCH);
        assertThat(read("{\"executionId\":\"e-2\"," + mine + "}")).isEqualTo(MISMATCH);
        assertThat(read("{\"executionId\":5,\"a\":" + nested(100) + "}")).isEqualTo(MISMATCH);
        assertThat(read("{\"a\":{\"executionId\":\"e-2\"},\"verificationStatus\":\"Success\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
    }

    @Test
    void aDuplicateKeyIsUnknownAtTheTopAlone() {
        String mine = "\"executionId\":\"" + ID.value() + "\"";
        assertThat(read("{" + mine + "," + mine + ",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(unknown(UnkeptReason.DUPLICATE_KEY));
        assertThat(read("{\"verificationStatus\":\"Success\",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(unknown(UnkeptReason.DUPLICATE_KEY));
        assertThat(read("{\"a\":{\"b\":1,\"b\":2},\"verificationStatus\":\"Success\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
    }

    @Test
    void sixtyFourLevelsAreKeptAndNoMore() {
        assertThat(read("{\"a\":" + nested(63) + ",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
        assertThat(read("{\"a\":" + nested(64) + ",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(unknown(UnkeptReason.TOO_DEEP));
        assertThat(read("{\"verificationStatus\":\"Success\",\"a\":" + nested(100_000) + "}"))
                .isEqualTo(unknown(UnkeptReason.TOO_DEEP));
        assertThat(read("{\"verificationStatus\":" + nested(100_000) + "}")).isEqualTo(unknown(UnkeptReason.TOO_DEEP));
    }

    private static String nested(int levels) {
        return "[".repeat(levels) + "]".repeat(levels);
    }

    @Test
    void longNamesNumbersAndStringsAreNoObstacle() {
        String body = "{\"" + "n".repeat(100_000) + "\":" + "9".repeat(5_000) + ",\"s\":\"" + "s".repeat(1_500_000)
                + "\",\"verificationStatus\":\"Success\"}";
        assertThat(read(body)).isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "null",
                "1",
                "\"Success\"",
                "[]",
                "[{}]",
                "{}{}",
                "{} x",
                "{},",
                "{",
                "}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{a:1}",
                "{'a':1}",
                "{\"a\":01}",
                "{\"a\":+1}",
                "{\"a\":.5}",
                "{\"a\":1.}",
                "{\"a\":NaN}",
                "{\"a\":Infinity}",
                "{\"a\":tru}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":\"\\u12\"}",
                "{}//",
                "{\"a\":[}",
                "{\"a\":[1,]}",
                "{\"a\":{]}",
                "{} \u0000",
                "{\"a\":1",
                "{\"a\":\"",
                "{\"a\":[[[",
                "{\"executionId\":\"e-2\"} x",
                "<html>",
                "{\u00a0}",
                "{}\f"
            })
    void whatIsNotOneObjectIsUnreadable(String body) {
        assertThat(read(body)).isEqualTo(unreadable(UnkeptReason.NOT_ONE_OBJECT));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE"})
    void noOtherEncodingIsGuessedAt(String charset) {
        byte[] body = "{\"verificationStatus\":\"Success\"}".getBytes(Charset.forName(charset));
        assertThat(StatusReader.read(body, ID)).isInstanceOf(Reading.Unreadable.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c0af", "e080af", "f08080af", "eda080", "eda080edb080", "f4908080", "c3", "80", "fe"})
    void everyByteHasToBeUtf8(String hex) {
        String body = HexFormat.of().formatHex("{\"a\":\"".getBytes(StandardCharsets.UTF_8)) + hex + "227d";
        assertThat(StatusReader.read(HexFormat.of().parseHex(body), ID)).isEqualTo(unreadable(UnkeptReason.NOT_UTF_8));
    }

    @Test
    void aByteOrderMarkIsUndecodable() {
        assertThat(read("\uFEFF{\"verificationStatus\":\"Success\"}")).isEqualTo(unreadable(UnkeptReason.NOT_UTF_8));
        assertThat(read("{\"a\":\"\uFEFF\",\"verificationStatus\":\"Success\"}"))
                .isEqualTo(new Reading.Documented(VerificationStatus.SUCCESS));
    }

    private static String message(String body) {
        return StatusReader.message(body.getBytes(StandardCharsets.UTF_8)).orElse("none");
    }

    @Test
    void aMessageIsMadeSafe() {
        assertThat(message("{\"message\":\"Execution not found\"}")).isEqualTo("Execution not found");
        assertThat(message("{\"message\":\"a\\r\\nb\\u0000\\u001b[1m\\u0085\\u007fc\"}"))
                .isEqualTo("ab[1mc");
        assertThat(message("{\"message\":\"" + "x".repeat(600) + "\"}")).hasSize(512);
        assertThat(message("{\"message\":\"" + "x".repeat(511) + "😀\"}")).isEqualTo("x".repeat(511));
        assertThat(message("{\"message\":\"" + "x".repeat(510) + "😀y\"}")).isEqualTo("x".repeat(510) + "😀");
        assertThat(message("{\"message\":\"a\\ud83dz\\ude00\"}")).isEqualTo("az");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{}",
                "{\"message\":null}",
                "{\"message\":5}",
                "{\"message\":{\"message\":\"x\"}}",
                "{\"message\":\"\"}",
                "{\"message\":\" \\n\"}",
                "[\"message\"]",
                "{\"message\":\"x\"",
                "{\"message\":\"x\"} y",
                "<h1>x</h1>",
                "\uFEFF{\"message\":\"x\"}"
            })
    void whatIsNoMessageIsNone(String body) {
        assertThat(message(body)).isEqualTo("none");
    }

    @Test
    void aMessageInNoUtf8IsNone() {
        assertThat(StatusReader.message(new byte[] {'{', (byte) 0xff, '}'})).isEmpty();
    }
}
