package io.taskstatus.gateway.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever bytes come, the streaming reader decides as Jackson's tree would. */
class StatusReaderPropertyTest {
    private static final ExecutionId ID = new ExecutionId("d1f0A-7");

    private static final ObjectMapper TREE = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(Integer.MAX_VALUE)
                            .maxNumberLength(Integer.MAX_VALUE)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /** Every member of the object, those with a name that comes twice included. */
    static final class Members {
        final List<Map.Entry<String, JsonNode>> all = new ArrayList<>();

        @JsonAnySetter
        void add(String name, JsonNode value) {
            all.add(Map.entry(name, value));
        }

        long count(String name) {
            return all.stream().filter(member -> member.getKey().equals(name)).count();
        }
    }

    @Property(tries = 40_000)
    void theReaderDecidesAsTheTreeDoes(@ForAll long seed) {
        check(new JsonSoup(seed, ID).body());
    }

    @Property(tries = 10_000)
    void theReaderDecidesAsTheTreeDoesOnAnyBytes(@ForAll byte[] body) {
        check(body);
    }

    @Property(tries = 10_000)
    void wordsOfTheUpstreamAreAlwaysSafeToPassOn(@ForAll String words) throws JsonProcessingException {
        byte[] body = TREE.writeValueAsBytes(Map.of("message", words));

        Optional<String> message = StatusReader.message(body);

        assertThat(message.orElse("")).hasSizeLessThanOrEqualTo(StatusReader.MAX_MESSAGE);
        assertThat(message.orElse("").chars().noneMatch(Character::isISOControl))
                .isTrue();
    }

    @Property(tries = 10_000)
    void wordsAreLookedForInAnyBody(@ForAll long seed) {
        byte[] body = new JsonSoup(seed, ID).body();

        assertThat(StatusReader.message(body).orElse("")).hasSizeLessThanOrEqualTo(StatusReader.MAX_MESSAGE);
    }

    /** Buffers of 4,000 characters and of 8,192 bytes are filled one after the other: each ends somewhere in a body. */
    @Property(tries = 6_000)
    void theReaderDecidesAlikeWhereverABufferEnds(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] body = new JsonSoup(seed, ID).body();
        int end = new int[] {4_000, 8_000, 8_192, 12_000, 16_384}[random.nextInt(5)];
        byte[] before =
                " ".repeat(Math.max(0, end - random.nextInt(body.length + 2))).getBytes(StandardCharsets.UTF_8);
        byte[] whole = Arrays.copyOf(before, before.length + body.length);
        System.arraycopy(body, 0, whole, before.length, body.length);
        check(whole);
    }

    @Property(tries = 1_000)
    void theReaderDecidesAsTheTreeDoesHoweverDeepABodyIs(@ForAll long seed) {
        check(new JsonSoup(seed, ID).deepBody());
    }

    @Property(tries = 300)
    void aNameThatComesTwiceIsFoundAmongThousands(@ForAll long seed) {
        check(new JsonSoup(seed, ID).wideBody());
    }

    @Example
    void aHundredThousandLevelsAreReadToTheirEnd() {
        check(("{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}").getBytes(StandardCharsets.UTF_8));
        check(("{\"a\":" + "[".repeat(100_000)).getBytes(StandardCharsets.UTF_8));
    }

    private static void check(byte[] body) {
        assertThat(StatusReader.read(body, ID))
                .as(() -> new String(body, StandardCharsets.UTF_8))
                .isEqualTo(expected(body));
    }

    private static Reading expected(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        boolean encodable = Arrays.equals(text.getBytes(StandardCharsets.UTF_8), body);
        if (!encodable || text.startsWith("\uFEFF")) {
            return new Reading.Unreadable(UnkeptReason.NOT_UTF_8);
        }
        Members members;
        try {
            members = TREE.readValue(text, Members.class);
        } catch (JsonProcessingException e) {
            members = null;
        }
        return members == null ? new Reading.Unreadable(UnkeptReason.NOT_ONE_OBJECT) : expected(members);
    }

    private static Reading expected(Members members) {
        boolean another = members.all.stream()
                .filter(member -> member.getKey().equals("executionId"))
                .map(Map.Entry::getValue)
                .anyMatch(value -> !value.isNull() && !isNamed(value));
        if (another) {
            return new Reading.AnotherExecution();
        }
        if (members.all.stream().anyMatch(member -> members.count(member.getKey()) > 1)) {
            return new Reading.Unknown(UnkeptReason.DUPLICATE_KEY);
        }
        if (members.all.stream().anyMatch(member -> depth(member.getValue()) > StatusReader.MAX_DEPTH - 1)) {
            return new Reading.Unknown(UnkeptReason.TOO_DEEP);
        }
        return members.all.stream()
                .filter(member -> member.getKey().equals("verificationStatus"))
                .findFirst()
                .map(member -> statusOf(member.getValue()))
                .orElse(new Reading.Unknown(UnkeptReason.STATUS_MISSING));
    }

    private static boolean isNamed(JsonNode value) {
        return value.isTextual() && value.textValue().equalsIgnoreCase(ID.value());
    }

    private static Reading statusOf(JsonNode value) {
        if (value.isNull()) {
            return new Reading.Unknown(UnkeptReason.STATUS_NULL);
        }
        if (!value.isTextual()) {
            return new Reading.Unknown(UnkeptReason.STATUS_NOT_A_STRING);
        }
        return switch (value.textValue()) {
            case "Running" -> new Reading.Documented(VerificationStatus.RUNNING);
            case "Success" -> new Reading.Documented(VerificationStatus.SUCCESS);
            case "Indeterminate" -> new Reading.Documented(VerificationStatus.INDETERMINATE);
            case "Error" -> new Reading.Documented(VerificationStatus.ERROR);
            default -> new Reading.Unknown(UnkeptReason.STATUS_UNDOCUMENTED);
        };
    }

    private static int depth(JsonNode root) {
        record Level(JsonNode node, int depth) {}
        Deque<Level> left = new ArrayDeque<>(List.of(new Level(root, root.isContainerNode() ? 1 : 0)));
        int deepest = 0;
        while (!left.isEmpty()) {
            Level level = left.pop();
            deepest = Math.max(deepest, level.depth());
            for (JsonNode child : level.node()) {
                left.push(new Level(child, level.depth() + (child.isContainerNode() ? 1 : 0)));
            }
        }
        return deepest;
    }
}
