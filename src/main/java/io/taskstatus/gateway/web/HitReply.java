package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A snapshot as it goes out over HTTP/1.1, encoded once from the fields of {@link StatusReply}: a hit copies it and formats
 * nothing but what changes. Immutable.
 */
final class HitReply {
    /** More than the head of any hit takes. */
    private static final int HEAD_ROOM = 640;

    private static final Map<VerificationStatus, byte[]> OK = heads("HTTP/1.1 200 OK\r\n", StatusReply::ofBody);
    private static final Map<VerificationStatus, byte[]> NOT_MODIFIED =
            heads("HTTP/1.1 304 Not Modified\r\n", fields -> {});
    private static final byte[] AGE = ascii("Age: ");
    private static final byte[] END = ascii("\r\n\r\n");

    private final StatusSnapshot snapshot;
    private final byte[] ok;
    private final byte[] notModified;
    /** What no other snapshot has in common with this one: its length and its tag. */
    private final byte[] own;
    /** Where the tag begins. */
    private final int tag;

    private final long fetchedAt;

    HitReply(StatusSnapshot snapshot) {
        byte[] length = lines(fields -> fields.accept("Content-Length", Integer.toString(snapshot.body().length)));
        this.snapshot = snapshot;
        this.ok = Objects.requireNonNull(OK.get(snapshot.status()));
        this.notModified = Objects.requireNonNull(NOT_MODIFIED.get(snapshot.status()));
        this.own = ascii(string(length) + string(lines(fields -> fields.accept("ETag", snapshot.etag()))));
        this.tag = length.length;
        this.fetchedAt = snapshot.fetchedAt().toEpochMilli();
    }

    /** How many bytes a 200 takes at most. */
    int room() {
        return HEAD_ROOM + snapshot.body().length;
    }

    /** Writes the whole of a 304 where the client has what is {@code unchanged}, else of a 200. */
    void write(ByteBuf to, boolean unchanged, Answer.Status status, Time time) {
        if (unchanged) {
            notModified(to, status, time);
        } else {
            ok(to, status, time);
        }
    }

    private void ok(ByteBuf to, Answer.Status status, Time time) {
        to.writeBytes(ok).writeBytes(own);
        if (!snapshot.isTerminal()) {
            to.writeBytes(lines(fields -> fields.accept("Retry-After", StatusReply.retryAfter(status.freshFor()))));
        }
        end(to, status, time);
        to.writeBytes(snapshot.body());
    }

    private void notModified(ByteBuf to, Answer.Status status, Time time) {
        to.writeBytes(notModified).writeBytes(own, tag, own.length - tag);
        end(to, status, time);
    }

    private void end(ByteBuf to, Answer.Status status, Time time) {
        if (!snapshot.isTerminal()) {
            to.writeBytes(lines(fields -> fields.accept("Cache-Status", StatusReply.cacheStatus(status.provenance()))));
        }
        Instant now = time.now();
        to.writeBytes(DateField.line(now)).writeBytes(AGE);
        decimal(to, Math.max(0, (now.toEpochMilli() - fetchedAt) / 1000));
        to.writeBytes(END);
    }

    private static void decimal(ByteBuf to, long number) {
        if (number >= 10) {
            decimal(to, number / 10);
        }
        to.writeByte('0' + (int) (number % 10));
    }

    private static Map<VerificationStatus, byte[]> heads(String line, Consumer<BiConsumer<String, String>> fields) {
        Map<VerificationStatus, byte[]> heads = new EnumMap<>(VerificationStatus.class);
        for (VerificationStatus status : VerificationStatus.values()) {
            byte[] shared = lines(each -> {
                fields.accept(each);
                StatusReply.lasting(status, each);
                if (status.isTerminal()) {
                    each.accept("Cache-Status", StatusReply.MEMORY_HIT);
                }
            });
            heads.put(status, ascii(line + string(shared)));
        }
        return heads;
    }

    private static byte[] lines(Consumer<BiConsumer<String, String>> fields) {
        StringBuilder lines = new StringBuilder(128);
        fields.accept(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        return ascii(lines.toString());
    }

    private static String string(byte[] ascii) {
        return new String(ascii, StandardCharsets.US_ASCII);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
