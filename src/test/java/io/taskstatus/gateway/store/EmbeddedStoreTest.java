package io.taskstatus.gateway.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded store, and that its log stays short however much is written. */
class EmbeddedStoreTest extends ResultStoreContract {
    @TempDir
    Path folder;

    @Override
    ResultStore open(String namespace) {
        return GuardedResultStore.in(folder.resolve("not there yet"), namespace, StoreObserver.none(), Time.system());
    }

    @Test
    void theLogStaysShortWhileWritesNeverPause() throws Exception {
        SqliteStorage storage = new SqliteStorage(folder, NAMESPACE, Time.system());
        long longest = 0;
        try (GuardedResultStore store = new GuardedResultStore(
                storage,
                StoreObserver.none(),
                Time.system(),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                32 << 20)) {
            String large = "x".repeat(200_000);
            for (int i = 0; i < 800; i++) {
                store.keep(Results.result("e-" + i, large));
                longest = Math.max(longest, storage.logBytes());
            }
        }
        assertThat(longest).isLessThan(100 << 20);
    }
}
