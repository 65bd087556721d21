package io.taskstatus.gateway.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads a SQLite file page by page, as its log (WAL) leaves it, with no use for header, schema or tree: what damage
 * took leaves the rest readable. (The file format: sqlite.org/fileformat2.html; {@code .recover} of the shell does this,
 * too, but the library has no way to call it.)
 */
final class PageScan implements AutoCloseable {
    private static final int LEAF_OF_TABLE = 0x0d;
    private static final int WAL_HEADER = 32;
    private static final int FRAME_HEADER = 24;
    private static final int WAL_MAGIC = 0x377f0682;
    private static final int SIZE = SqliteSchema.PAGE_SIZE;

    /** Takes a record of a table, whichever table: callers know theirs by its shape. */
    @FunctionalInterface
    interface Visitor {
        void row(long rowId, RawRecord row) throws SQLException;
    }

    private final FileChannel file;
    private final Optional<FileChannel> log;
    /** For each page that the log has: where in it the last committed image begins. */
    private final Map<Long, Long> logged = new HashMap<>();

    PageScan(Path path, Path logPath) throws IOException {
        file = FileChannel.open(path, StandardOpenOption.READ);
        log = Files.exists(logPath)
                ? Optional.of(FileChannel.open(logPath, StandardOpenOption.READ))
                : Optional.empty();
        if (log.isPresent()) {
            readLog(log.get());
        }
    }

    /** Shows {@code visitor} every record of every table that can be read. */
    void rows(Visitor visitor) throws IOException, SQLException {
        long pages = Math.ceilDiv(file.size(), (long) SIZE);
        for (long logPage : logged.keySet()) {
            pages = Math.max(pages, logPage);
        }
        for (long number = 1; number <= pages; number++) {
            ByteBuffer page = page(number);
            int header = number == 1 ? 100 : 0;
            if (page.get(header) == LEAF_OF_TABLE) {
                cells(page, header, visitor);
            }
        }
    }

    private void cells(ByteBuffer page, int header, Visitor visitor) throws IOException, SQLException {
        int cells = Short.toUnsignedInt(page.getShort(header + 3));
        for (int cell = 0; cell < cells && header + 8 + 2 * cell + 2 <= SIZE; cell++) {
            int start = Short.toUnsignedInt(page.getShort(header + 8 + 2 * cell));
            if (start < header + 8 || start >= SIZE) {
                continue;
            }
            Optional<RawRecord> row;
            long rowId;
            try {
                ByteBuffer at = page.duplicate().position(start);
                long length = RawRecord.varint(at);
                rowId = RawRecord.varint(at);
                row = RawRecord.parse(payload(at, length));
            } catch (RuntimeException damaged) {
                // lengths and places that lead out of the page, the file or the record
                continue;
            }
            if (row.isPresent()) {
                visitor.row(rowId, row.get());
            }
        }
    }

    /** The payload of a cell, with what of it lies on overflow pages (section 1.6 of the file format). */
    private ByteBuffer payload(ByteBuffer cell, long length) throws IOException {
        if (length < 0 || length > file.size() + logged.size() * (long) SIZE) {
            throw new IllegalArgumentException("no record is that long");
        }
        int most = SIZE - 35;
        int least = (SIZE - 12) * 32 / 255 - 23;
        long local = length;
        if (length > most) {
            long rest = least + (length - least) % (SIZE - 4);
            local = rest <= most ? rest : least;
        }
        ByteBuffer payload = ByteBuffer.allocate(Math.toIntExact(length));
        payload.put(cell.slice(cell.position(), (int) local));
        Set<Long> seen = new HashSet<>();
        long next = local < length ? Integer.toUnsignedLong(cell.getInt(cell.position() + (int) local)) : 0;
        while (payload.hasRemaining()) {
            if (next == 0 || !seen.add(next)) {
                throw new IllegalArgumentException("the chain of overflow pages is broken");
            }
            ByteBuffer page = page(next);
            payload.put(page.slice(4, Math.min(SIZE - 4, payload.remaining())));
            next = Integer.toUnsignedLong(page.getInt(0));
        }
        return payload.flip();
    }

    /** A page by its number, from 1; what lies beyond the end reads as zeros. */
    private ByteBuffer page(long number) throws IOException {
        Long place = logged.get(number);
        return place != null && log.isPresent() ? read(log.get(), place, SIZE) : read(file, (number - 1) * SIZE, SIZE);
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) > 0) {
            // until the page is full or the file ends
        }
        return bytes.clear();
    }

    /** Finds the committed images: frames count up to the last commit before the first that fails (section 4 there). */
    private void readLog(FileChannel wal) throws IOException {
        ByteBuffer header = read(wal, 0, WAL_HEADER);
        if ((header.getInt(0) & ~1) != WAL_MAGIC || header.getInt(8) != SIZE) {
            return;
        }
        ByteOrder order = (header.getInt(0) & 1) == 0 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
        long salt = header.getLong(16);
        long sum = checksum(0, header.slice(0, 24).order(order));
        if (sum != header.getLong(24)) {
            return;
        }
        Map<Long, Long> uncommitted = new HashMap<>();
        for (long at = WAL_HEADER; at + FRAME_HEADER + SIZE <= wal.size(); at += FRAME_HEADER + SIZE) {
            ByteBuffer frame = read(wal, at, FRAME_HEADER + SIZE);
            sum = checksum(sum, frame.slice(0, 8).order(order));
            sum = checksum(sum, frame.slice(FRAME_HEADER, SIZE).order(order));
            if (frame.getLong(8) != salt || frame.getLong(16) != sum) {
                return;
            }
            uncommitted.put(Integer.toUnsignedLong(frame.getInt(0)), at + FRAME_HEADER);
            if (frame.getInt(4) != 0) {
                logged.putAll(uncommitted);
                uncommitted.clear();
            }
        }
    }

    /** The log's running checksum, its two halves in one long. */
    private static long checksum(long before, ByteBuffer words) {
        int first = (int) (before >>> 32);
        int second = (int) before;
        while (words.remaining() >= 8) {
            first += words.getInt() + second;
            second += words.getInt() + first;
        }
        return ((long) first << 32) | Integer.toUnsignedLong(second);
    }

    @Override
    public void close() throws IOException {
        file.close();
        if (log.isPresent()) {
            log.get().close();
        }
    }
}
