package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.find;
import static io.taskstatus.gateway.store.ResultStoreContract.found;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.Time;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files and locks that are not as they should be. */
class UnwillingStorageTest {
    private final Counts counts = new Counts();

    @TempDir
    Path folder;

    private GuardedResultStore open() throws InterruptedException {
        GuardedResultStore store = new GuardedResultStore(
                new SqliteStorage(folder, ResultStoreContract.NAMESPACE, Time.system()),
                counts,
                Time.system(),
                Duration.ofMillis(50),
                Duration.ofMillis(50),
                32 << 20);
        store.awaitOpened(Duration.ofSeconds(30));
        return store;
    }

    private Connection another() throws Exception {
        return DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("results.db"));
    }

    @Test
    void aFileThatAnotherLocksIsReadAndWrittenLater() throws Exception {
        try (GuardedResultStore store = open();
                Connection other = another();
                Statement statement = other.createStatement()) {
            store.keep(success("before"));
            await().until(() -> store.state().queued() == 0);
            statement.execute("BEGIN EXCLUSIVE");
            store.keep(success("e-1"));
            assertThat(counts.late()).isPositive();
            assertThat(found(store, "before").body())
                    .isEqualTo(success("before").body());
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            await().until(() -> !store.state().up());
            assertThat(store.state().detail()).contains("locked");
            statement.execute("COMMIT");
            await().until(() -> store.state().up() && store.state().queued() == 0);
        }
        try (GuardedResultStore store = open()) {
            assertThat(store.state().entries()).isEqualTo(2);
        }
    }

    @Test
    void aFileAtThePlaceOfTheFolderEndsNoStart() throws Exception {
        folder = Files.createFile(folder.resolve("file"));
        try (GuardedResultStore store = open()) {
            assertThat(store.state().up()).isFalse();
            assertThat(store.state().detail()).contains(folder.toString(), "FileAlreadyExistsException");
            store.keep(success("e-1"));
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            Files.delete(folder);
            await().until(() -> store.state().up() && store.state().queued() == 0);
        }
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aFileOfANewerProgramIsLeftAlone() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-1"));
            await().until(() -> store.state().queued() == 0);
        }
        try (Connection other = another();
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA user_version = 99");
        }
        try (GuardedResultStore store = open()) {
            assertThat(store.state().up()).isFalse();
            assertThat(store.state().detail()).contains("version 99");
            assertThat(find(store, "e-1")).isEmpty();
            store.keep(success("e-2"));
        }
        try (Connection other = another();
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA user_version = " + SqliteSchema.VERSION);
        }
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aFileThatIsTakenAwayIsBegunAnew() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-1"));
            await().until(() -> store.state().queued() == 0);
            Files.move(folder.resolve("results.db"), folder.resolve("elsewhere.db"));
            await().until(() -> Files.exists(folder.resolve("results.db")));
            store.keep(success("e-2"));
            await().until(() -> store.state().queued() == 0);
            assertThat(found(store, "e-2").body()).isEqualTo(success("e-2").body());
        }
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-2").body()).isEqualTo(success("e-2").body());
        }
    }

    @Test
    void aBackupTakenWhileItRunsCanBePutInItsPlace() throws Exception {
        Path backup = folder.resolve("backup.db");
        try (GuardedResultStore store = open();
                Connection other = another();
                Statement statement = other.createStatement()) {
            store.keep(success("e-1"));
            await().until(() -> store.state().queued() == 0);
            statement.execute("VACUUM INTO '" + backup + "'");
            store.keep(success("e-2"));
        }
        Files.move(backup, folder.resolve("results.db"), StandardCopyOption.REPLACE_EXISTING);
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            assertThat(find(store, "e-2")).isEmpty();
            store.keep(success("e-3"));
            await().until(() -> store.state().queued() == 0 && store.state().up());
            assertThat(store.state().entries()).isEqualTo(2);
        }
    }

    @Test
    void peopleCanLookInside() throws Exception {
        try (GuardedResultStore store = open();
                Connection other = another();
                Statement statement = other.createStatement()) {
            store.keep(success("e-1"));
            await().until(() -> store.state().queued() == 0);
            try (var rows = statement.executeQuery("SELECT * FROM results")) {
                assertThat(rows.next()).isTrue();
                assertThat(rows.getString("namespace")).isEqualTo(ResultStoreContract.NAMESPACE);
                assertThat(rows.getString("id")).isEqualTo("e-1");
                assertThat(rows.getString("status")).isEqualTo("Success");
                assertThat(rows.getString("fetched_at")).isEqualTo("2026-11-23T12:00:00.123Z");
                assertThat(rows.getString("sha256")).isEqualTo(success("e-1").sha256());
                assertThat(rows.getString("body")).contains("\"n\": 1.50e2");
            }
        }
    }
}
