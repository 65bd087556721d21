package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.found;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.Time;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that keeps results and says so, killed in the middle of it. */
class KilledProcessTest {
    private static final int ENOUGH = 3_000;

    @TempDir
    Path folder;

    @Test
    void everyCommitThatWasWaitedForOutlivesAKill() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Keeper.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> kept = new ArrayList<>();
        try (BufferedReader lines = process.inputReader()) {
            String line = lines.readLine();
            while (line != null) {
                if (line.startsWith("kept ")) {
                    kept.add(line.substring(5));
                }
                if (kept.size() == ENOUGH) {
                    process.toHandle().destroyForcibly(); // Process itself would close the pipe, too
                }
                line = lines.readLine();
            }
        }
        assertThat(process.waitFor()).isNotZero();
        assertThat(kept).hasSizeGreaterThanOrEqualTo(ENOUGH);
        try (GuardedResultStore store = open(folder)) {
            for (String id : kept) {
                assertThat(found(store, id).body()).isEqualTo(success(id).body());
            }
        }
    }

    private static GuardedResultStore open(Path folder) {
        return new GuardedResultStore(
                new SqliteStorage(folder, ResultStoreContract.NAMESPACE, Time.system()),
                StoreObserver.none(),
                Time.system(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(1),
                32 << 20);
    }

    /** The process: many threads keep results for ever. */
    static final class Keeper {
        private Keeper() {}

        public static void main(String... args) {
            GuardedResultStore store = open(Path.of(args[0]));
            AtomicInteger next = new AtomicInteger();
            for (int i = 0; i < 32; i++) {
                Thread.ofPlatform().start(() -> {
                    while (true) {
                        String id = "e-" + next.incrementAndGet();
                        store.keep(success(id));
                        System.out.println("kept " + id);
                    }
                });
            }
        }
    }
}
