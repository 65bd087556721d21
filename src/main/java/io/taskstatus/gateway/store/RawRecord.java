package io.taskstatus.gateway.store;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A row as SQLite writes it: a header of type numbers, then the values (sqlite.org/fileformat2.html, section 2.1). */
final class RawRecord {
    private static final int MOST_COLUMNS = 32;

    private record Column(long type, int start, int length) {}

    private final ByteBuffer bytes;
    private final List<Column> columns;

    private RawRecord(ByteBuffer bytes, List<Column> columns) {
        this.bytes = bytes;
        this.columns = columns;
    }

    /**
     * The record that {@code bytes} hold, or nothing where they hold none.
     *
     * @throws RuntimeException where lengths lead out of the record
     */
    static Optional<RawRecord> parse(ByteBuffer bytes) {
        long headerSize = varint(bytes);
        if (headerSize > bytes.limit()) {
            return Optional.empty();
        }
        List<Column> columns = new ArrayList<>();
        long start = headerSize;
        while (bytes.position() < headerSize) {
            long type = varint(bytes);
            long length = lengthOf(type);
            if (length < 0 || start + length > bytes.limit() || columns.size() == MOST_COLUMNS) {
                return Optional.empty();
            }
            columns.add(new Column(type, (int) start, (int) length));
            start += length;
        }
        return Optional.of(new RawRecord(bytes, columns));
    }

    int size() {
        return columns.size();
    }

    boolean isText(int column) {
        long type = columns.get(column).type();
        return type >= 13 && type % 2 == 1;
    }

    boolean isBlob(int column) {
        long type = columns.get(column).type();
        return type >= 12 && type % 2 == 0;
    }

    boolean isInteger(int column) {
        long type = columns.get(column).type();
        return (type >= 1 && type <= 6) || type == 8 || type == 9;
    }

    String text(int column) {
        return new String(blob(column), StandardCharsets.UTF_8);
    }

    byte[] blob(int column) {
        Column at = columns.get(column);
        byte[] value = new byte[at.length()];
        bytes.get(at.start(), value);
        return value;
    }

    long integer(int column) {
        Column at = columns.get(column);
        if (at.type() >= 8) {
            return at.type() - 8;
        }
        long value = bytes.get(at.start());
        for (int i = 1; i < at.length(); i++) {
            value = (value << 8) | Byte.toUnsignedLong(bytes.get(at.start() + i));
        }
        return value;
    }

    private static long lengthOf(long type) {
        return switch ((int) Math.min(type, 12)) {
            case 0, 8, 9 -> 0;
            case 1, 2, 3, 4 -> type;
            case 5 -> 6;
            case 6, 7 -> 8;
            case 12 -> (type - 12) / 2;
            default -> -1;
        };
    }

    /** An integer of one to nine bytes, seven bits in each but the ninth. */
    static long varint(ByteBuffer from) {
        long value = 0;
        for (int i = 0; i < 8; i++) {
            byte b = from.get();
            value = (value << 7) | (b & 0x7f);
            if (b >= 0) {
                return value;
            }
        }
        return (value << 8) | Byte.toUnsignedLong(from.get());
    }
}
