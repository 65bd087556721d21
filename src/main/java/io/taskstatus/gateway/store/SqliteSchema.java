package io.taskstatus.gateway.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** The form of the SQLite file, and how connections to it are opened. */
final class SqliteSchema {
    /** The version of the form, in {@code user_version}. */
    static final int VERSION = 1;
    /** Pages are what {@link PageScan} reads; 4096 is SQLite's own default. */
    static final int PAGE_SIZE = 4096;
    /** Tells {@code file(1)} and people whose file it is: "TSGW". */
    private static final int APPLICATION_ID = 0x54534757;

    /** What the log keeps of its length when it begins anew, in bytes. */
    private static final int LOG_LIMIT = 16 << 20;

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(1);

    /** The view is for people with {@code sqlite3}; the program doesn't use it. */
    private static final String[] TABLES = {
        """
        CREATE TABLE IF NOT EXISTS namespace (
          key INTEGER PRIMARY KEY, -- the first 64 bits of the name's SHA-256
          name TEXT NOT NULL,
          entries INTEGER NOT NULL -- counted with every change
        )""",
        """
        CREATE TABLE IF NOT EXISTS result (
          namespace INTEGER NOT NULL, -- namespace.key
          id TEXT NOT NULL,
          status TEXT NOT NULL, -- Success, Indeterminate or Error
          fetched_at INTEGER NOT NULL, -- milliseconds since 1970
          sha256 BLOB NOT NULL, -- of the body
          seal INTEGER NOT NULL, -- CRC-32C of the columns before it
          body BLOB NOT NULL -- the upstream's bytes
        )""",
        "CREATE UNIQUE INDEX IF NOT EXISTS result_by_id ON result (namespace, id)",
        """
        CREATE VIEW IF NOT EXISTS results AS
          SELECT name AS namespace, id, status,
                 strftime('%Y-%m-%dT%H:%M:%fZ', fetched_at / 1000.0, 'unixepoch') AS fetched_at,
                 lower(hex(sha256)) AS sha256, length(body) AS size, CAST(body AS TEXT) AS body
            FROM result LEFT JOIN namespace ON key = result.namespace""",
        "PRAGMA application_id = " + APPLICATION_ID,
        "PRAGMA user_version = " + VERSION
    };

    private SqliteSchema() {}

    /** A connection that changes the file and creates it where it is missing. */
    static Connection openForWriting(Path file) throws SQLException {
        SQLiteConfig config = config();
        config.setPageSize(PAGE_SIZE);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        // a reader's thread moves the log into the file: no commit waits for that
        config.setWalAutocheckpoint(0);
        config.setJournalSizeLimit(LOG_LIMIT);
        // what is purged is gone from the file's bytes, and no rescue brings it back
        config.setPragma(SQLiteConfig.Pragma.SECURE_DELETE, "true");
        Connection connection = config.createConnection(url(file, ""));
        try {
            migrate(connection);
            return connection;
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    /** A connection that only reads, and does so where the folder is read-only, too. */
    static Connection openForReading(Path file) throws SQLException {
        SQLException first;
        try {
            return openToRead(file, "?mode=rw");
        } catch (SQLException e) {
            first = e;
        }
        // without a log beside it the file is all there is, and needs no locks where nobody can write
        boolean log = file.resolveSibling(file.getFileName() + "-wal").toFile().length() > 0;
        try {
            return openToRead(file, log ? "?mode=ro" : "?mode=ro&immutable=1");
        } catch (SQLException e) {
            first.addSuppressed(e);
            throw first;
        }
    }

    private static Connection openToRead(Path file, String parameters) throws SQLException {
        Connection connection = config().createConnection(url(file, parameters));
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = true");
            requireVersion(statement, VERSION);
            return connection;
        } catch (Throwable e) {
            connection.close();
            throw e;
        }
    }

    private static void migrate(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            if (version(statement) == VERSION) {
                return;
            }
            requireVersion(statement, 0);
            statement.execute("BEGIN IMMEDIATE");
            for (String table : TABLES) {
                statement.execute(table);
            }
            statement.execute("COMMIT");
        }
    }

    private static void requireVersion(Statement statement, int version) throws SQLException {
        int found = version(statement);
        if (found != version) {
            throw new SQLException("its form has version " + found + "; this program knows version " + VERSION);
        }
    }

    private static int version(Statement statement) throws SQLException {
        try (ResultSet rows = statement.executeQuery("PRAGMA user_version")) {
            return rows.next() ? rows.getInt(1) : 0;
        }
    }

    /** Whether {@code fault} says that the file's content is not what SQLite wrote. */
    static boolean isDamage(Exception fault) {
        if (!(fault instanceof SQLiteException sqlite)) {
            return false;
        }
        int primary = sqlite.getResultCode().code & 0xff;
        return primary == SQLiteErrorCode.SQLITE_CORRUPT.code || primary == SQLiteErrorCode.SQLITE_NOTADB.code;
    }

    private static SQLiteConfig config() {
        SQLiteConfig config = new SQLiteConfig();
        config.setBusyTimeout(Math.toIntExact(LOCK_PATIENCE.toMillis()));
        config.setGetGeneratedKeys(false);
        return config;
    }

    private static String url(Path file, String parameters) {
        return "jdbc:sqlite:" + file.toAbsolutePath().toUri() + parameters;
    }
}
