package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What lies deep is read as Jackson would read it, without what Jackson would need for it. */
class DeepJsonTest {
    private static final ExecutionId ID = new ExecutionId("e-1");
    private static final int MEBIBYTE = 1 << 20;
    private static final ObjectMapper TREE = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String[] PIECES = {
        "[", "]", "{", "}", ",", ":", "\"a\"", "\"", "\\", "\\u00e9", "\\u00g0", "\\n", "\\x", "é", "\u0001", "0", "1",
        "-", "+", ".", "e", "E", "01", "1.5e-3", "true", "tru", "false", "null", " ", "\t", "\r\n", "\u0000", "/", "'a'"
    };

    private static Optional<String> flatten(String text, int levels) {
        DeepJson deep = new DeepJson(text.getBytes(StandardCharsets.UTF_8), levels);
        return deep.isJson() ? Optional.of(new String(deep.flat(), StandardCharsets.UTF_8)) : Optional.empty();
    }

    /** Whether everything, which lies below no level at all, was taken out as JSON. */
    private static boolean isJson(String container) {
        return flatten(container, 0).filter(flat -> flat.strip().equals("0")).isPresent();
    }

    private static boolean isJsonForTheTree(String text) {
        try {
            return TREE.readTree(text).isContainerNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"a\":[1,{\"b\":[]}],\"c\":2} | 4 | {\"a\":[1,{\"b\":[]}],\"c\":2}",
                "{\"a\":[1,{\"b\":[]}],\"c\":2} | 3 | {\"a\":[1,{\"b\":0 }],\"c\":2}",
                "{\"a\":[1,{\"b\":[]}],\"c\":2} | 2 | {\"a\":[1,0       ],\"c\":2}",
                "{\"a\":[1,{\"b\":[]}],\"c\":2} | 1 | {\"a\":0           ,\"c\":2}",
                "{\"a\":\"[[\\\"[\",\"b\":[[],[]]} | 2 | {\"a\":\"[[\\\"[\",\"b\":[0 ,0 ]}",
            })
    void whatLiesDeepBecomesANumber(String text, int levels, String flat) {
        assertThat(flatten(text, levels)).hasValue(flat);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"[", "[1", "[1,", "{\"a\"", "{\"a\":", "[\"", "[\"\\", "[\"\\u12", "[tru", "[-", "[1.", "[1e+"})
    void whatEndsTooSoonIsNoJson(String text) {
        assertThat(flatten(text, 0)).isEmpty();
        assertThat(flatten("[" + text, 1)).isEmpty();
    }

    @Property(tries = 30_000)
    void whatIsJsonIsJsonForTheTree(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i >= 0; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        String array = "[" + text + "]";
        assertThat(isJson(array)).as(array).isEqualTo(isJsonForTheTree(array));
        String object = "{\"k\":" + text + "}";
        assertThat(isJson(object)).as(object).isEqualTo(isJsonForTheTree(object));
    }

    @Test
    void fourMebibytesOfBracketsAreReadWithALittleMemory() {
        String deep = "[".repeat(2 * MEBIBYTE - 64) + "]".repeat(2 * MEBIBYTE - 64);
        byte[] whole = ("{\"a\":" + deep + ",\"verificationStatus\":\"Success\"}").getBytes(StandardCharsets.UTF_8);
        byte[] cut = "[".repeat(4 * MEBIBYTE).getBytes(StandardCharsets.UTF_8);
        byte[] objects = "{\"\":".repeat(MEBIBYTE).getBytes(StandardCharsets.UTF_8);
        byte[] another = ("{\"a\":" + deep + ",\"executionId\":\"e-2\"}").getBytes(StandardCharsets.UTF_8);

        long before = allocated();
        assertThat(StatusReader.read(whole, ID)).isEqualTo(new Reading.Unknown(UnkeptReason.TOO_DEEP));
        assertThat(StatusReader.read(another, ID)).isEqualTo(new Reading.AnotherExecution());
        assertThat(StatusReader.read(cut, ID)).isEqualTo(new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT));
        assertThat(StatusReader.read(objects, ID)).isEqualTo(new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT));
        assertThat(allocated() - before).isLessThan(16L * MEBIBYTE);
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
