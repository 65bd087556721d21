package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.taskstatus.gateway.status.ExecutionId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The head of an HTTP/1.1 request (RFC 9112, sections 3 and 5) that asks for a status and nothing else. It knows less than a
 * parser of HTTP, on purpose: what it does not take as plain is no error, but left to one. What it takes ends where every
 * parser of HTTP says that it ends, and has no body. Reused; not thread-safe.
 */
final class PlainGet {
    /** The longest head that is looked at, in bytes. */
    static final int MOST = 2048;

    private static final byte[] BEGINNING = ascii("GET " + PublicPaths.STATUS);
    private static final byte[] VERSION = ascii(" HTTP/1.1\r\n");
    private static final byte[] KEEP_ALIVE = ascii("keep-alive");
    private static final byte[] ANYTHING = ascii("*/*");
    private static final byte[] JSON = ascii("application/json");

    /** Fields that change what is answered, or how the message goes on, by the length of their names. */
    private static final byte[][][] NOT_PLAIN = byLength(
            "cache-control",
            "prefer",
            "origin",
            "content-length",
            "transfer-encoding",
            "expect",
            "upgrade",
            "http2-settings",
            "te",
            "trailer");

    private static final byte[] ACCEPT = ascii("accept");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] HOST = ascii("host");
    private static final byte[] IF_NONE_MATCH = ascii("if-none-match");

    /** The characters of a field's name (RFC 9110, section 5.6.2). */
    private static final boolean[] TOKEN = new boolean[128];

    static {
        for (char c = 'a'; c <= 'z'; c++) {
            TOKEN[c] = true;
            TOKEN[c - 'a' + 'A'] = true;
        }
        for (char c : "0123456789!#$%&'*+-.^_`|~".toCharArray()) {
            TOKEN[c] = true;
        }
    }

    private final byte[] bytes = new byte[MOST];
    private int end;
    private int at;
    private int length;
    private boolean hosted;
    private @Nullable ExecutionId id;
    private List<String> ifNoneMatch = List.of();

    /** Whether what {@code in} holds begins with the whole of such a head; {@code in} is left as it is. */
    boolean isNextIn(ByteBuf in) {
        end = Math.min(in.readableBytes(), MOST);
        in.getBytes(in.readerIndex(), bytes, 0, end);
        at = 0;
        hosted = false;
        ifNoneMatch = List.of();
        return requestLine() && fields() && hosted;
    }

    /** Its length in bytes, the empty line included. */
    int length() {
        return length;
    }

    /** What it asks for. */
    ExecutionId id() {
        return Objects.requireNonNull(id);
    }

    /** The values of {@code If-None-Match}. */
    List<String> ifNoneMatch() {
        return ifNoneMatch;
    }

    private boolean requestLine() {
        if (!follows(BEGINNING)) {
            return false;
        }
        int start = at;
        while (at < end && bytes[at] > ' ') {
            at++;
        }
        // an id with percent signs is no valid one here, and is decoded at the door
        id = ExecutionId.parse(text(start, at)).orElse(null);
        return id != null && follows(VERSION);
    }

    private boolean fields() {
        while (at + 1 < end) {
            if (bytes[at] == '\r') {
                length = at + 2;
                return bytes[at + 1] == '\n';
            }
            if (!field()) {
                return false;
            }
        }
        return false;
    }

    private boolean field() {
        int name = at;
        while (at < end && bytes[at] >= 0 && TOKEN[bytes[at]]) {
            at++;
        }
        int nameEnd = at;
        if (nameEnd == name || at == end || bytes[at++] != ':') {
            return false;
        }
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
            at++;
        }
        int value = at;
        while (at < end && ((bytes[at] >= ' ' && bytes[at] != 127) || bytes[at] == '\t')) {
            at++;
        }
        int valueEnd = at;
        if (at + 1 >= end || bytes[at] != '\r' || bytes[at + 1] != '\n') {
            return false;
        }
        at += 2;
        return isPlain(name, nameEnd, value, valueEnd);
    }

    private boolean isPlain(int name, int nameEnd, int value, int valueEnd) {
        int nameLength = nameEnd - name;
        if (is(HOST, name, nameLength)) {
            boolean first = !hosted;
            hosted = true;
            return first;
        }
        if (is(ACCEPT, name, nameLength)) {
            return is(ANYTHING, value, valueEnd - value) || is(JSON, value, valueEnd - value);
        }
        if (is(CONNECTION, name, nameLength)) {
            return is(KEEP_ALIVE, value, valueEnd - value);
        }
        if (is(IF_NONE_MATCH, name, nameLength)) {
            List<String> values = new ArrayList<>(ifNoneMatch);
            values.add(text(value, valueEnd));
            ifNoneMatch = values;
            return true;
        }
        if (nameLength < NOT_PLAIN.length) {
            for (byte[] other : NOT_PLAIN[nameLength]) {
                if (is(other, name, nameLength)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether {@code word}, in lower case, stands there, ASCII case aside. */
    private boolean is(byte[] word, int start, int length) {
        if (word.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            byte c = bytes[start + i];
            if ((c >= 'A' && c <= 'Z' ? c + 32 : c) != word[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean follows(byte[] expected) {
        int start = at;
        at += expected.length;
        return at <= end && Arrays.equals(bytes, start, at, expected, 0, expected.length);
    }

    private String text(int start, int end) {
        return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    }

    private static byte[][][] byLength(String... words) {
        byte[][][] table = new byte[20][][];
        Arrays.setAll(table, length -> Arrays.stream(words)
                .filter(word -> word.length() == length)
                .map(PlainGet::ascii)
                .toArray(byte[][]::new));
        return table;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
