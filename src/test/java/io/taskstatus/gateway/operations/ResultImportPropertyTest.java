package io.taskstatus.gateway.operations;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.FreshnessPolicy;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.Reading;
import io.taskstatus.gateway.status.StatusReader;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import io.taskstatus.gateway.store.NoResultStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever lines come, an import takes the good ones up to the first bad one, names that, and never fails otherwise. */
class ResultImportPropertyTest {
    private static final Set<String> FIELDS =
            Set.of("executionId", "verificationStatus", "fetchedAt", "sha256", "body");
    private static final String[] IDS = {"e-1", "E-1", "a~b.c_d", "..", "", "a/b", "x".repeat(128), "x".repeat(129)};
    private static final String[] STATUSES = {"Success", "Error", "Indeterminate", "Running", "success", ""};
    private static final String[] TIMES = {"2026-11-23T12:00:00.123Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"};
    private static final String[] NO_TIMES = {
        "", "now", "1969-12-31T23:59:59Z", "+10000-01-01T00:00:00Z", "2026-11-23T12:00:00+01:00", "2026-02-30T00:00:00Z"
    };
    private static final String[] BLANK = {"", " ", "\r", "\t \r"};
    private static final ObjectMapper TREE = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static StatusLookup lookup() {
        Duration hour = Duration.ofHours(1);
        return new StatusLookup(
                new NoResultStore(),
                (id, traceparent) -> new Fetched.Failed(SourceFailure.answered(FailureReason.EXECUTION_NOT_FOUND, 404)),
                new FreshnessPolicy(hour, hour, hour, hour, hour),
                1 << 20,
                Duration.ofSeconds(5),
                Thread::startVirtualThread,
                new LookupObserver() {},
                Time.system());
    }

    @Property(tries = 12_000)
    void aLineIsAResultWhereTheTreeSaysSo(@ForAll long seed) {
        byte[] line = line(new SplittableRandom(seed));
        Optional<StatusSnapshot> read = Optional.empty();
        try {
            read = Optional.of(ResultLines.read(line));
        } catch (ResultLines.InvalidLine invalid) {
            assertThat(invalid.why()).isNotBlank();
        }
        assertThat(read.isPresent())
                .as(() -> new String(line, StandardCharsets.UTF_8))
                .isEqualTo(isResult(line));
    }

    @Property(tries = 1_500)
    void theGoodLinesBeforeTheFirstBadOneAreTaken(@ForAll long seed) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        int good = 0;
        int bad = 0;
        for (int number = 1; number <= random.nextInt(1, 6); number++) {
            byte[] line = random.nextInt(5) == 0 ? pick(random, BLANK).getBytes(StandardCharsets.UTF_8) : line(random);
            lines.write(line);
            lines.write('\n');
            boolean blank = new String(line, StandardCharsets.ISO_8859_1).matches("[ \\r\\t]*");
            if (bad == 0 && !blank) {
                boolean isResult = isResult(line);
                good += isResult ? 1 : 0;
                bad = isResult ? 0 : number;
            }
        }
        ResultImport work = new ResultImport(lookup());
        Optional<String> complaint = work.run(lines.toByteArray());
        assertThat(work.imported() + work.alreadyThere() + work.conflicts()).isEqualTo(good);
        assertThat(complaint.orElse("Line 0 ")).startsWith("Line " + bad + " ");
    }

    @Property(tries = 2_000)
    void anyBytesAreNoMoreThanABadLine(@ForAll byte[] bytes) {
        Optional<String> complaint = new ResultImport(lookup()).run(bytes);
        assertThat(complaint.orElse("")).matches("(Line [0-9]+ is not a result: .+)?");
    }

    /** A line as an export gives it, now and then with a wrong field, and now and then with wrong bytes. */
    private static byte[] line(SplittableRandom random) {
        ObjectNode line = TREE.createObjectNode();
        String id = random.nextInt(4) == 0 ? pick(random, IDS) : "e-" + random.nextInt(3);
        String status = random.nextInt(6) == 0 ? pick(random, STATUSES) : "Success";
        String body = "{\"executionId\":\"%s\",%s\"verificationStatus\":\"%s\",\"m\":\"%s\"}"
                .formatted(
                        random.nextInt(10) == 0 ? "another" : id,
                        random.nextInt(20) == 0 ? "\"m\":1," : " ",
                        status,
                        pick(random, "x", "é", "😀", "\\u00e9", "\\ud800", "\uD800", "\"", "\u0001", ""));
        line.put("executionId", id);
        line.put("verificationStatus", random.nextInt(12) == 0 ? pick(random, STATUSES) : status);
        line.put("fetchedAt", pick(random, random.nextInt(12) == 0 ? NO_TIMES : TIMES));
        String sha256 = new StatusSnapshot(
                        new ExecutionId("any"), VerificationStatus.SUCCESS, utf8(body), Instant.EPOCH)
                .sha256();
        line.put("sha256", random.nextInt(12) == 0 ? sha256.toUpperCase(Locale.ROOT) : sha256);
        line.put("body", body);
        switch (random.nextInt(16)) {
            case 0 -> line.remove(pick(random, FIELDS.toArray(String[]::new)));
            case 1 -> line.put(pick(random, FIELDS.toArray(String[]::new)), 7);
            case 2 -> line.put("more", "x");
            case 3 -> line.putNull("body");
            case 4 -> line.put("sha256", "0".repeat(64));
            default -> {}
        }
        byte[] bytes = utf8(line.toString());
        return random.nextInt(3) == 0 ? damaged(bytes, random) : bytes;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] damaged(byte[] bytes, SplittableRandom random) {
        byte[] damaged = bytes.clone();
        int at = random.nextInt(damaged.length);
        switch (random.nextInt(3)) {
            case 0 -> damaged = Arrays.copyOf(damaged, at);
            case 1 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
            default -> damaged[at] = (byte) random.nextInt(256);
        }
        for (int i = 0; i < damaged.length; i++) {
            damaged[i] = damaged[i] == '\n' ? (byte) ' ' : damaged[i];
        }
        return damaged;
    }

    private static String pick(SplittableRandom random, String... from) {
        return from[random.nextInt(from.length)];
    }

    // --- what should come of it

    private static boolean isResult(byte[] line) {
        String text = new String(line, StandardCharsets.UTF_8);
        JsonNode tree;
        try {
            tree = TREE.readTree(text);
        } catch (JsonProcessingException notJson) {
            return false;
        }
        if (!Arrays.equals(utf8(text), line) || !tree.isObject()) {
            return false;
        }
        List<String> names = new ArrayList<>();
        tree.fieldNames().forEachRemaining(names::add);
        boolean strings = names.stream().allMatch(name -> tree.path(name).isTextual());
        return new HashSet<>(names).equals(FIELDS) && strings && isResult(tree);
    }

    private static boolean isResult(JsonNode line) {
        Optional<ExecutionId> id = ExecutionId.parse(line.path("executionId").textValue());
        String text = line.path("body").textValue();
        byte[] body = utf8(text);
        if (id.isEmpty() || !new String(body, StandardCharsets.UTF_8).equals(text)) {
            return false;
        }
        boolean right = StatusReader.read(body, id.get()) instanceof Reading.Documented documented
                && documented.status().isTerminal()
                && documented
                        .status()
                        .word()
                        .equals(line.path("verificationStatus").textValue());
        String sha256 = new StatusSnapshot(id.get(), VerificationStatus.SUCCESS, body, Instant.EPOCH).sha256();
        return right
                && sha256.equalsIgnoreCase(line.path("sha256").textValue())
                && isTime(line.path("fetchedAt").textValue());
    }

    /** One of those above, or what a damaged byte made of one. */
    private static boolean isTime(String text) {
        if (!text.matches("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?[Zz]")) {
            return false;
        }
        try {
            return !OffsetDateTime.parse(text).toInstant().isBefore(Instant.EPOCH);
        } catch (DateTimeException e) {
            return false;
        }
    }
}
