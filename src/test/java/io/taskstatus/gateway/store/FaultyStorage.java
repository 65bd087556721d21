package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/** Storage that a test can make fail, and hang. What goes through is done by the storage behind it. */
final class FaultyStorage implements ResultStorage {
    private final ResultStorage storage;
    private final Semaphore writes = new Semaphore(1);
    private final Semaphore reads = new Semaphore(1);
    private volatile @Nullable SQLException opening;
    private volatile @Nullable SQLException writing;
    private volatile @Nullable SQLException reading;

    FaultyStorage(ResultStorage storage) {
        this.storage = storage;
    }

    void failOpening(@Nullable SQLException fault) {
        opening = fault;
    }

    void failWrites(@Nullable SQLException fault) {
        writing = fault;
    }

    void failReads(@Nullable SQLException fault) {
        reading = fault;
    }

    /** From here on commits hang; a commit under way is waited for. */
    void holdWrites() {
        writes.acquireUninterruptibly();
    }

    void releaseWrites() {
        writes.release();
    }

    void holdReads() {
        reads.acquireUninterruptibly();
    }

    void releaseReads() {
        reads.release();
    }

    private static void pass(Semaphore gate, @Nullable SQLException fault) throws SQLException {
        gate.acquireUninterruptibly();
        gate.release();
        if (fault != null) {
            throw fault;
        }
    }

    @Override
    public Writer openWriter() throws SQLException, IOException {
        pass(writes, opening);
        return new FaultyWriter(storage.openWriter());
    }

    @Override
    public Reader openReader() throws SQLException, IOException {
        pass(reads, opening);
        return new FaultyReader(storage.openReader());
    }

    @Override
    public Rescued rescue() throws SQLException, IOException {
        return storage.rescue();
    }

    @Override
    public boolean isGone() {
        return storage.isGone();
    }

    @Override
    public long bytes() {
        return storage.bytes();
    }

    @Override
    public long logBytes() {
        return storage.logBytes();
    }

    private final class FaultyWriter implements Writer {
        private final Writer writer;

        FaultyWriter(Writer writer) {
            this.writer = writer;
        }

        @Override
        public void begin() throws SQLException {
            writer.begin();
        }

        @Override
        public void commit() throws SQLException {
            pass(writes, writing);
            writer.commit();
        }

        @Override
        public void rollback() {
            writer.rollback();
        }

        @Override
        public StatusSnapshot keep(StatusSnapshot result) throws SQLException {
            return writer.keep(result);
        }

        @Override
        public boolean forget(ExecutionId id) throws SQLException {
            return writer.forget(id);
        }

        @Override
        public boolean dropDamaged(String id) throws SQLException {
            return writer.dropDamaged(id);
        }

        @Override
        public long entries() {
            return writer.entries();
        }

        @Override
        public void checkpoint() throws SQLException {
            writer.checkpoint();
        }

        @Override
        public void close() {
            writer.close();
        }
    }

    private final class FaultyReader implements Reader {
        private final Reader reader;

        FaultyReader(Reader reader) {
            this.reader = reader;
        }

        @Override
        public Optional<StoredRow> find(ExecutionId id) throws SQLException {
            pass(reads, reading);
            return reader.find(id);
        }

        @Override
        public List<StoredRow> page(String after, int limit, long maxBytes) throws SQLException {
            pass(reads, reading);
            return reader.page(after, limit, maxBytes);
        }

        @Override
        public long entries() throws SQLException {
            return reader.entries();
        }

        @Override
        public Optional<String> check() throws SQLException {
            return reader.check();
        }

        @Override
        public void checkpoint() throws SQLException {
            reader.checkpoint();
        }

        @Override
        public void close() {
            reader.close();
        }
    }
}
