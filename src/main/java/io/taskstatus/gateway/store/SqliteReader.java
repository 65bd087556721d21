package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** A connection that reads beside the writer. */
final class SqliteReader implements ResultStorage.Reader {
    static final String SELECT = "SELECT id, status, fetched_at, sha256, seal, body FROM result WHERE namespace = ?";

    private final Connection connection;
    private final long namespace;
    private final PreparedStatement find;
    private final PreparedStatement page;

    /** Takes over {@code connection}: closes it with itself, and where this constructor fails. */
    SqliteReader(Connection connection, String namespace) throws SQLException {
        this.connection = connection;
        this.namespace = StoredRow.keyOf(namespace);
        try {
            find = connection.prepareStatement(SELECT + " AND id = ?");
            page = connection.prepareStatement(SELECT + " AND id > ? ORDER BY id");
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public Optional<StoredRow> find(ExecutionId id) throws SQLException {
        find.setLong(1, namespace);
        find.setString(2, id.value());
        try (ResultSet rows = find.executeQuery()) {
            return rows.next() ? Optional.of(row(rows, namespace)) : Optional.empty();
        }
    }

    @Override
    public List<StoredRow> page(String after, int limit, long maxBytes) throws SQLException {
        List<StoredRow> found = new ArrayList<>();
        long bytes = 0;
        page.setLong(1, namespace);
        page.setString(2, after);
        try (ResultSet rows = page.executeQuery()) {
            while (found.size() < limit && bytes < maxBytes && rows.next()) {
                StoredRow row = row(rows, namespace);
                bytes += row.body().length;
                found.add(row);
            }
        }
        return found;
    }

    @Override
    public long entries() throws SQLException {
        return entries(connection, namespace);
    }

    static long entries(Connection connection, long namespace) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT entries FROM namespace WHERE key = ?")) {
            statement.setLong(1, namespace);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getLong(1) : 0;
            }
        }
    }

    @Override
    public Optional<String> check() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            String verdict = rows.next() ? rows.getString(1) : "no verdict";
            return "ok".equals(verdict) ? Optional.empty() : Optional.of(verdict);
        }
    }

    @Override
    public void checkpoint() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_checkpoint(PASSIVE)");
        }
    }

    /** Columns that damage made null come out empty, and then fail the seal. */
    static StoredRow row(ResultSet rows, long namespace) throws SQLException {
        return new StoredRow(
                namespace,
                Objects.requireNonNullElse(rows.getString(1), ""),
                Objects.requireNonNullElse(rows.getString(2), ""),
                rows.getLong(3),
                Objects.requireNonNullElse(rows.getBytes(4), new byte[0]),
                rows.getLong(5),
                Objects.requireNonNullElse(rows.getBytes(6), new byte[0]));
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // nothing was changed
        }
    }
}
