package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * How replicas write what they share: a line with a SHA-256 of all that follows and of the id that it is about, a line
 * that describes, then the upstream's bytes. What was cut, changed or put under another id is known by itself.
 */
final class SharedForm {
    private static final int SHA256_DIGITS = 64;
    private static final String STATUS = "status";
    private static final String FAILURE = "failure";

    private SharedForm() {}

    /** {@code snapshot}, to the millisecond. */
    static byte[] of(StatusSnapshot snapshot) {
        String line = STATUS
                + ' '
                + snapshot.status().name()
                + ' '
                + snapshot.fetchedAt().toEpochMilli();
        return seal(snapshot.id().value(), line, snapshot.body());
    }

    /** {@code failure} of {@code subject}; what is left of its pause is counted from {@code now}, in ticks. */
    static byte[] of(String subject, SourceFailure failure, long now) {
        String line = FAILURE
                + ' '
                + failure.reason().name()
                + ' '
                + failure.upstreamStatus().orElse(0)
                + ' '
                + failure.retryAt().stream()
                        .map(at -> Math.max(0, at - now))
                        .findFirst()
                        .orElse(-1);
        return seal(subject, line, failure.message().orElse("").getBytes(StandardCharsets.UTF_8));
    }

    /** The status of {@code id} in {@code bytes}, or nothing where they are not what was written. */
    static Optional<StatusSnapshot> status(ExecutionId id, byte[] bytes) {
        return open(id.value(), bytes).filter(open -> open.is(STATUS, 3)).flatMap(open -> {
            VerificationStatus status = VerificationStatus.valueOf(open.words().get(1));
            Instant fetchedAt = Instant.ofEpochMilli(Long.parseLong(open.words().get(2)));
            return Optional.of(new StatusSnapshot(id, status, open.rest().getBytes(), fetchedAt));
        });
    }

    /** The failure of {@code subject} in {@code bytes}, or nothing where they are not what was written. */
    static Optional<SourceFailure> failure(String subject, byte[] bytes, long now) {
        return open(subject, bytes).filter(open -> open.is(FAILURE, 4)).map(open -> {
            int status = Integer.parseInt(open.words().get(2));
            long left = Long.parseLong(open.words().get(3));
            String message = new String(open.rest().getBytes(), StandardCharsets.UTF_8);
            return new SourceFailure(
                    FailureReason.valueOf(open.words().get(1)),
                    status == 0 ? OptionalInt.empty() : OptionalInt.of(status),
                    Optional.of(message).filter(words -> !words.isEmpty()),
                    left < 0 ? OptionalLong.empty() : OptionalLong.of(now + left),
                    true);
        });
    }

    private record Opened(List<String> words, Buffer rest) {
        boolean is(String kind, int size) {
            return words.size() == size && words.getFirst().equals(kind);
        }
    }

    private static byte[] seal(String subject, String line, byte[] rest) {
        ByteArrayOutputStream sealed = new ByteArrayOutputStream(SHA256_DIGITS + line.length() + rest.length + 2);
        byte[] head = (line + '\n').getBytes(StandardCharsets.UTF_8);
        sealed.writeBytes((sum(subject, head, rest) + '\n').getBytes(StandardCharsets.US_ASCII));
        sealed.writeBytes(head);
        sealed.writeBytes(rest);
        return sealed.toByteArray();
    }

    private static Optional<Opened> open(String subject, byte[] bytes) {
        int end = SHA256_DIGITS + 1;
        while (end < bytes.length && bytes[end] != '\n') {
            end++;
        }
        if (end >= bytes.length) {
            return Optional.empty();
        }
        byte[] head = Arrays.copyOfRange(bytes, SHA256_DIGITS + 1, end + 1);
        byte[] rest = Arrays.copyOfRange(bytes, end + 1, bytes.length);
        String sum = new String(bytes, 0, SHA256_DIGITS, StandardCharsets.US_ASCII);
        if (!sum.equals(sum(subject, head, rest))) {
            return Optional.empty();
        }
        return Optional.of(new Opened(
                List.of(new String(head, StandardCharsets.UTF_8).strip().split(" ", -1)), Buffer.buffer(rest)));
    }

    private static String sum(String subject, byte[] head, byte[] rest) {
        byte[] name = (subject + '\n').getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream all = new ByteArrayOutputStream(name.length + head.length + rest.length);
        all.writeBytes(name);
        all.writeBytes(head);
        all.writeBytes(rest);
        return StatusSnapshot.sha256Of(all.toByteArray());
    }
}
