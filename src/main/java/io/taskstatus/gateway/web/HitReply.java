package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A snapshot as it goes out over HTTP/1.1, encoded once from the fields of {@link StatusReply}: a hit copies it and formats
 * nothing but what changes. Immutable.
 */
final class HitReply {
    /** More than the head of any hit takes. */
    static final int HEAD_ROOM = 512;

    private static final byte[] OK = line("HTTP/1.1 200 OK", StatusReply::ofBody);
    private static final byte[] NOT_MODIFIED = line("HTTP/1.1 304 Not Modified", fields -> {});
    private static final byte[] MEMORY_HIT = lines(fields -> fields.accept("Cache-Status", StatusReply.MEMORY_HIT));
    private static final byte[] AGE = ascii("Age: ");
    private static final byte[] CRLF = ascii("\r\n");

    private final StatusSnapshot snapshot;
    private final byte[] lasting;
    private final Buffer body;
    private final long fetchedAt;

    HitReply(StatusSnapshot snapshot) {
        this.snapshot = snapshot;
        this.lasting = lines(fields -> StatusReply.lasting(snapshot, fields));
        this.body = BufferImpl.buffer(Unpooled.wrappedBuffer(snapshot.body()));
        this.fetchedAt = snapshot.fetchedAt().toEpochMilli();
    }

    /** The body; each response that is given it reads a view of its own. */
    Buffer body() {
        return body;
    }

    /** Writes the status line and the header fields of a 200, but for {@code Content-Length}. */
    void ok(ByteBuf head, Answer.Status status, Time time) {
        head.writeBytes(OK);
        if (!snapshot.isTerminal()) {
            head.writeBytes(lines(fields -> fields.accept("Retry-After", StatusReply.retryAfter(status.freshFor()))));
        }
        shared(head, status, time);
    }

    /** Writes the status line and the header fields of a 304. */
    void notModified(ByteBuf head, Answer.Status status, Time time) {
        head.writeBytes(NOT_MODIFIED);
        shared(head, status, time);
    }

    private void shared(ByteBuf head, Answer.Status status, Time time) {
        head.writeBytes(lasting)
                .writeBytes(
                        snapshot.isTerminal()
                                ? MEMORY_HIT
                                : lines(fields ->
                                        fields.accept("Cache-Status", StatusReply.cacheStatus(status.provenance()))));
        head.writeBytes(AGE);
        decimal(head, Math.max(0, (time.now().toEpochMilli() - fetchedAt) / 1000));
        head.writeBytes(CRLF);
    }

    private static void decimal(ByteBuf to, long number) {
        if (number >= 10) {
            decimal(to, number / 10);
        }
        to.writeByte('0' + (int) (number % 10));
    }

    private static byte[] lines(Consumer<BiConsumer<String, String>> fields) {
        StringBuilder lines = new StringBuilder(128);
        fields.accept(
                (name, value) -> lines.append(name).append(": ").append(value).append("\r\n"));
        return ascii(lines.toString());
    }

    private static byte[] line(String status, Consumer<BiConsumer<String, String>> fields) {
        return ascii(status + "\r\n" + new String(lines(fields), StandardCharsets.US_ASCII));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
