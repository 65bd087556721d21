package io.taskstatus.gateway.store;

import java.io.IOException;
import java.sql.SQLException;

/** Carries every row that is what was written over into a new file. Rows vouch for themselves: see {@link StoredRow}. */
final class Rescue {
    private static final int ROWS_PER_COMMIT = 5_000;

    private final SqliteWriter target;
    private long rows;
    private int uncommitted;

    Rescue(SqliteWriter target) {
        this.target = target;
    }

    /** Answers how many rows were carried over. */
    long carryOver(PageScan scan) throws SQLException, IOException {
        target.checkpointOnCommit();
        target.begin();
        scan.rows(this::carryOver);
        target.commit();
        target.recount();
        return rows;
    }

    private void carryOver(long rowId, RawRecord row) throws SQLException {
        if (isResult(row)) {
            StoredRow stored = new StoredRow(
                    row.integer(0), row.text(1), row.text(2), row.integer(3), row.blob(4), row.integer(5), row.blob(6));
            if (stored.open().isPresent() && target.insert(stored)) {
                rows++;
                commitSometimes();
            }
        } else if (isNamespace(row) && StoredRow.keyOf(row.text(1)) == rowId) {
            target.name(rowId, row.text(1));
        }
    }

    private void commitSometimes() throws SQLException {
        if (++uncommitted == ROWS_PER_COMMIT) {
            target.commit();
            target.begin();
            uncommitted = 0;
        }
    }

    private static boolean isResult(RawRecord row) {
        return row.size() == 7
                && row.isInteger(0)
                && row.isText(1)
                && row.isText(2)
                && row.isInteger(3)
                && row.isBlob(4)
                && row.isInteger(5)
                && row.isBlob(6);
    }

    /** The key is the row's own number, and so null in the record. */
    private static boolean isNamespace(RawRecord row) {
        return row.size() == 3 && row.isText(1) && row.isInteger(2);
    }
}
