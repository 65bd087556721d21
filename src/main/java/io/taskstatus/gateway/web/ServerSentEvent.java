package io.taskstatus.gateway.web;

import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * One server-sent event (WHATWG HTML, section 9.2) as the pieces it goes out in: each is made when it is asked for, so that
 * of a large body no second copy is ever held.
 */
final class ServerSentEvent implements Iterable<Buffer> {
    /** A comment, which tells both sides that the other is still there. */
    static final ServerSentEvent HEARTBEAT = new ServerSentEvent(": still here\n\n", new byte[0]);

    /** About as many bytes as a piece has. */
    private static final int PIECE = 16 * 1024;

    private static final byte[] NEXT_LINE = "\ndata: ".getBytes(StandardCharsets.US_ASCII);

    private final String head;
    private final byte[] data;

    private ServerSentEvent(String head, byte[] data) {
        this.head = head;
        this.data = data;
    }

    /** @param data UTF-8; sent line by line, and not copied here */
    static ServerSentEvent status(String id, byte[] data) {
        return new ServerSentEvent("event: status\nid: " + id + "\ndata: ", data);
    }

    /** @param data UTF-8 */
    static ServerSentEvent problem(byte[] data) {
        return new ServerSentEvent("event: problem\ndata: ", data);
    }

    @Override
    public Iterator<Buffer> iterator() {
        return new Pieces();
    }

    private final class Pieces implements Iterator<Buffer> {
        private int at;
        private boolean begun;
        private boolean ended;

        @Override
        public boolean hasNext() {
            return !ended;
        }

        @Override
        public Buffer next() {
            if (ended) {
                throw new NoSuchElementException();
            }
            Buffer piece = Buffer.buffer(Math.min(PIECE, head.length() + data.length) + NEXT_LINE.length);
            if (!begun) {
                begun = true;
                piece.appendString(head);
            }
            while (at < data.length && piece.length() < PIECE) {
                int end = endOfLine(Math.min(data.length, at + PIECE - piece.length()));
                piece.appendBytes(data, at, end - at);
                at = end;
                if (at < data.length && isBreak(data[at])) {
                    boolean both = data[at] == '\r' && at + 1 < data.length && data[at + 1] == '\n';
                    at += both ? 2 : 1;
                    piece.appendBytes(NEXT_LINE);
                }
            }
            if (at == data.length) {
                ended = true;
                piece.appendString(data.length == 0 ? "" : "\n\n");
            }
            return piece;
        }

        private int endOfLine(int limit) {
            int end = at;
            while (end < limit && !isBreak(data[end])) {
                end++;
            }
            return end;
        }

        private static boolean isBreak(byte octet) {
            return octet == '\n' || octet == '\r';
        }
    }
}
