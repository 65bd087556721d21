package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** The one connection that changes the file. */
final class SqliteWriter implements ResultStorage.Writer {
    private final Connection connection;
    private final long namespace;
    private final Statement control;
    private final PreparedStatement insert;
    private final PreparedStatement select;
    private final PreparedStatement delete;
    private final PreparedStatement count;
    private long entries;
    private long change;

    /** Takes over {@code connection}: closes it with itself, and where this constructor fails. */
    SqliteWriter(Connection connection, String namespaceName) throws SQLException {
        this.connection = connection;
        this.namespace = StoredRow.keyOf(namespaceName);
        try {
            control = connection.createStatement();
            insert = connection.prepareStatement("INSERT INTO result"
                    + " (namespace, id, status, fetched_at, sha256, seal, body) VALUES (?, ?, ?, ?, ?, ?, ?)"
                    + " ON CONFLICT (namespace, id) DO NOTHING");
            select = connection.prepareStatement(SqliteReader.SELECT + " AND id = ?");
            delete = connection.prepareStatement("DELETE FROM result WHERE namespace = ? AND id = ?");
            count = connection.prepareStatement("UPDATE namespace SET entries = entries + ? WHERE key = ?");
            // asks for the lock: whether the storage can be written is known from the start
            begin();
            name(namespace, namespaceName);
            commit();
            entries = SqliteReader.entries(connection, namespace);
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    /** Writes down which name a key stands for. */
    void name(long key, String name) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO namespace (key, name, entries) VALUES (?, ?, 0)"
                        + " ON CONFLICT (key) DO UPDATE SET name = excluded.name WHERE name <> excluded.name")) {
            statement.setLong(1, key);
            statement.setString(2, name);
            statement.executeUpdate();
        }
    }

    /** For a writer with no other connection beside it: the log is moved into the file now and then. */
    void checkpointOnCommit() throws SQLException {
        control.execute("PRAGMA wal_autocheckpoint = 4000");
    }

    /** Counts the rows of every namespace anew, by reading them. */
    void recount() throws SQLException {
        begin();
        control.execute("INSERT INTO namespace (key, name, entries)"
                + " SELECT namespace, '?', count(*) FROM result WHERE true GROUP BY namespace"
                + " ON CONFLICT (key) DO UPDATE SET entries = excluded.entries");
        commit();
        entries = SqliteReader.entries(connection, namespace);
    }

    @Override
    public void begin() throws SQLException {
        change = 0;
        control.execute("BEGIN IMMEDIATE");
    }

    @Override
    public void commit() throws SQLException {
        if (change != 0) {
            count.setLong(1, change);
            count.setLong(2, namespace);
            count.executeUpdate();
        }
        control.execute("COMMIT");
        entries += change;
    }

    @Override
    public void rollback() {
        try {
            control.execute("ROLLBACK");
        } catch (SQLException alreadyRolledBack) {
            // SQLite does so itself after some faults (sqlite.org/lang_transaction.html, section 3)
        }
    }

    @Override
    public StatusSnapshot keep(StatusSnapshot result) throws SQLException {
        StoredRow row = StoredRow.of(namespace, result);
        if (insert(row)) {
            return result;
        }
        Optional<StatusSnapshot> standing = select(row.id()).flatMap(StoredRow::open);
        if (standing.isPresent()) {
            return standing.get();
        }
        forget(result.id());
        insert(row);
        return result;
    }

    /** Carries a row over as it is, whatever its namespace; answers whether it is new here. */
    boolean insert(StoredRow row) throws SQLException {
        insert.setLong(1, row.namespace());
        insert.setString(2, row.id());
        insert.setString(3, row.status());
        insert.setLong(4, row.fetchedAt());
        insert.setBytes(5, row.sha256());
        insert.setLong(6, row.seal());
        insert.setBytes(7, row.body());
        boolean inserted = insert.executeUpdate() > 0;
        if (inserted && row.namespace() == namespace) {
            change++;
        }
        return inserted;
    }

    private Optional<StoredRow> select(String id) throws SQLException {
        select.setLong(1, namespace);
        select.setString(2, id);
        try (ResultSet rows = select.executeQuery()) {
            return rows.next() ? Optional.of(SqliteReader.row(rows, namespace)) : Optional.empty();
        }
    }

    @Override
    public boolean forget(ExecutionId id) throws SQLException {
        return delete(id.value());
    }

    @Override
    public boolean dropDamaged(String id) throws SQLException {
        return select(id).flatMap(StoredRow::open).isEmpty() && delete(id);
    }

    private boolean delete(String id) throws SQLException {
        delete.setLong(1, namespace);
        delete.setString(2, id);
        int removed = delete.executeUpdate();
        change -= removed;
        return removed > 0;
    }

    @Override
    public long entries() {
        return entries;
    }

    @Override
    public void checkpoint() throws SQLException {
        control.execute("PRAGMA wal_checkpoint(PASSIVE)");
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // the file is as it was after the last commit
        }
    }
}
