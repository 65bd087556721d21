package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Where a {@link GuardedResultStore} keeps results: plain blocking calls that fail as storage fails. A writer or reader
 * belongs to one thread and is closed and opened anew after a fault.
 */
interface ResultStorage {
    /** Opens for writing; creates what is missing. One writer is open at a time. */
    Writer openWriter() throws SQLException, IOException;

    /** Opens what is there for reading. */
    Reader openReader() throws SQLException, IOException;

    /** Carries what is intact over into a new file and sets the damaged one aside; no writer is open meanwhile. */
    Rescued rescue() throws SQLException, IOException;

    /** Whether the storage that was last opened for writing is no longer the one at its path. */
    boolean isGone();

    /** What it takes up on disk, in bytes, the log included. */
    long bytes();

    /** How long the log of changes has grown, in bytes. */
    long logBytes();

    /**
     * What a rescue did.
     *
     * @param rows results carried over
     * @param setAside the damaged file's new name
     */
    record Rescued(long rows, String setAside) {}

    /** Changes what is stored, in transactions. */
    interface Writer extends AutoCloseable {
        void begin() throws SQLException;

        void commit() throws SQLException;

        void rollback();

        /** Keeps {@code result} unless an intact one is there, and answers with the one that stands. */
        StatusSnapshot keep(StatusSnapshot result) throws SQLException;

        /** Removes what is held of {@code id}; answers whether something was. */
        boolean forget(ExecutionId id) throws SQLException;

        /** Removes the row of {@code id} if it is not what was written; answers whether it was removed. */
        boolean dropDamaged(String id) throws SQLException;

        /** Results of this namespace. */
        long entries();

        /** Moves committed changes from the log to where they stay; with no write beside it the log begins anew. */
        void checkpoint() throws SQLException;

        @Override
        void close();
    }

    /** Reads what is committed. */
    interface Reader extends AutoCloseable {
        Optional<StoredRow> find(ExecutionId id) throws SQLException;

        /** Rows in the order of their ids, from the first after {@code after} on. */
        List<StoredRow> page(String after, int limit, long maxBytes) throws SQLException;

        /** Results of this namespace. */
        long entries() throws SQLException;

        /** Looks through all of the file; answers with what is wrong, or nothing. Takes as long as reading it does. */
        Optional<String> check() throws SQLException;

        /** Moves committed changes from the log to where they stay. */
        void checkpoint() throws SQLException;

        @Override
        void close();
    }
}
