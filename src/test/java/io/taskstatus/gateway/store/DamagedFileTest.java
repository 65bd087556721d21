package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.find;
import static io.taskstatus.gateway.store.ResultStoreContract.found;
import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.result;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What damage took is lost and fetched again; what it left is carried over. */
class DamagedFileTest {
    private static final int RESULTS = 2_000;
    private static final int PAGE = SqliteSchema.PAGE_SIZE;

    private final Counts counts = new Counts();

    @TempDir
    Path folder;

    private GuardedResultStore open() throws InterruptedException {
        return open(ResultStoreContract.NAMESPACE);
    }

    private GuardedResultStore open(String namespace) throws InterruptedException {
        GuardedResultStore store = new GuardedResultStore(
                new SqliteStorage(folder, namespace, Time.system()),
                counts,
                Time.system(),
                Duration.ofSeconds(30),
                Duration.ofMillis(50),
                32 << 20);
        store.awaitOpened(Duration.ofSeconds(30));
        return store;
    }

    private Path file() {
        return folder.resolve("results.db");
    }

    private void fill() throws Exception {
        try (GuardedResultStore store = open()) {
            store.importAll(
                    IntStream.range(0, RESULTS).mapToObj(i -> success("e-" + i)).toList());
        }
    }

    /**
     * The file once nobody has it open: whoever closes it last moves the log into it, which would mend it. Of two that close it
     * in the same moment none may be the last: then this is.
     */
    private Path fileAtRest() {
        Path log = folder.resolve("results.db-wal");
        await().atMost(Duration.ofSeconds(30)).until(() -> {
            if (Files.exists(log)) {
                try (Connection last = DriverManager.getConnection("jdbc:sqlite:" + file());
                        Statement statement = last.createStatement()) {
                    statement.execute("SELECT count(*) FROM result");
                }
            }
            return !Files.exists(log);
        });
        return file();
    }

    private void overwrite(long position, byte[] bytes) throws IOException {
        try (RandomAccessFile access = new RandomAccessFile(fileAtRest().toFile(), "rw")) {
            access.seek(position);
            access.write(bytes);
        }
    }

    private static byte[] noise(int length) {
        byte[] noise = new byte[length];
        new Random(7).nextBytes(noise);
        return noise;
    }

    private List<Path> setAside() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.getFileName().toString().matches("results-damaged-.*\\.db"))
                    .toList();
        }
    }

    /** How many of the results are found, each with the right bytes. */
    private static int intact(GuardedResultStore store) throws Exception {
        int found = 0;
        for (int i = 0; i < RESULTS; i++) {
            Optional<Held> held = find(store, "e-" + i);
            if (held.isPresent()) {
                assertThat(held.get().snapshot().body())
                        .isEqualTo(success("e-" + i).body());
                found++;
            }
        }
        return found;
    }

    private void awaitRescue(GuardedResultStore store) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !setAside().isEmpty() && store.state().up());
    }

    @Test
    void noiseInTheMiddleCostsTheRowsOfItsPagesAlone() throws Exception {
        fill();
        overwrite(20 * PAGE, noise(5 * PAGE));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            int rowsOfAPage = 20;
            assertThat(intact(store)).isBetween(RESULTS - 5 * rowsOfAPage, RESULTS - 1);
            assertThat(store.state().entries()).isEqualTo(intact(store));
            assertThat(counts.failures(Operation.CHECK)).isPositive();
            store.keep(success("new"));
            assertThat(found(store, "new").body()).isEqualTo(success("new").body());
        }
    }

    @Test
    void everyResultOutlivesTheLossOfTheFirstPage() throws Exception {
        fill();
        overwrite(0, noise(PAGE));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            assertThat(intact(store)).isEqualTo(RESULTS);
            assertThat(counts.failures(Operation.CHECK)).isOne();
        }
    }

    @Test
    void whatIsLeftOfACutFileIsCarriedOver() throws Exception {
        fill();
        long half = Files.size(fileAtRest()) / 2 / PAGE * PAGE;
        try (RandomAccessFile access = new RandomAccessFile(file().toFile(), "rw")) {
            access.setLength(half);
        }
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            assertThat(intact(store)).isBetween(RESULTS / 4, RESULTS - 1);
        }
    }

    @Test
    void whatLiesInTheLogAloneIsCarriedOver() throws Exception {
        Path killed = Files.createDirectory(folder.resolve("killed"));
        try (GuardedResultStore store = open()) {
            store.importAll(
                    IntStream.range(0, RESULTS).mapToObj(i -> success("e-" + i)).toList());
            store.forget(id("e-7"));
            for (String name : List.of("results.db", "results.db-wal")) {
                Files.copy(folder.resolve(name), killed.resolve(name));
            }
        }
        // page 1 is in the log, too: SQLite sees no damage, so the rescue is asked for
        folder = killed;
        assertThat(new SqliteStorage(killed, ResultStoreContract.NAMESPACE, Time.system())
                        .rescue()
                        .rows())
                .isEqualTo(RESULTS - 1);
        try (GuardedResultStore store = open()) {
            assertThat(intact(store)).isEqualTo(RESULTS - 1);
            assertThat(find(store, "e-7")).isEmpty();
        }
    }

    @Test
    void whatIsNoDatabaseIsSetAside() throws Exception {
        Files.writeString(file(), "these are not the bytes you are looking for\n".repeat(500));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            store.keep(success("e-1"));
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            assertThat(Files.readString(setAside().getFirst())).startsWith("these are not");
        }
    }

    @Test
    void aResultWhoseBytesChangedIsDroppedCountedAndKeptAnew() throws Exception {
        StatusSnapshot marked = result("e-0", "flip a bit of MARKED");
        try (GuardedResultStore store = open()) {
            store.keep(marked);
            store.keep(success("e-1"));
        }
        long place = new String(Files.readAllBytes(fileAtRest()), StandardCharsets.ISO_8859_1).indexOf("MARKED");
        overwrite(place, new byte[] {'m'});
        try (GuardedResultStore store = open()) {
            assertThat(find(store, "e-0")).isEmpty();
            assertThat(counts.failures(Operation.CHECK)).isOne();
            await().until(() -> store.state().entries() == 1);
            assertThat(store.keep(marked)).isSameAs(marked);
            assertThat(found(store, "e-0").body()).isEqualTo(marked.body());
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            assertThat(setAside()).isEmpty();
        }
    }

    @Test
    void aDroppedResultIsSkippedByPages() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-1"));
            store.keep(result("e-2", "flip a bit of MARKED"));
            store.keep(success("e-3"));
        }
        long place = new String(Files.readAllBytes(fileAtRest()), StandardCharsets.ISO_8859_1).indexOf("MARKED");
        overwrite(place, new byte[] {'m'});
        try (GuardedResultStore store = open()) {
            assertThat(store.page(Optional.of(id("e-1")), 1))
                    .extracting(StatusSnapshot::id)
                    .containsExactly(id("e-3"));
        }
    }

    @Test
    void aRescueBringsNothingBackThatWasPurged() throws Exception {
        fill();
        try (GuardedResultStore store = open()) {
            for (int i = 0; i < RESULTS; i += 2) {
                store.forget(id("e-" + i));
            }
        }
        overwrite(0, noise(PAGE));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            assertThat(intact(store)).isEqualTo(RESULTS / 2);
            assertThat(find(store, "e-0")).isEmpty();
        }
    }

    @Test
    void aRescueKeepsTheResultsOfEveryNamespace() throws Exception {
        fill();
        try (GuardedResultStore other = open("http://demo.test:80")) {
            other.keep(result("e-1", "of the demo"));
        }
        overwrite(0, noise(PAGE));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            assertThat(intact(store)).isEqualTo(RESULTS);
        }
        try (GuardedResultStore other = open("http://demo.test:80")) {
            assertThat(other.state().entries()).isOne();
            assertThat(found(other, "e-1").body())
                    .isEqualTo(result("e-1", "of the demo").body());
        }
    }

    @Test
    void aLargeBodyOnManyPagesIsCarriedOver() throws Exception {
        StatusSnapshot large = result("large", "x".repeat(1 << 20));
        try (GuardedResultStore store = open()) {
            store.keep(large);
        }
        overwrite(0, noise(PAGE));
        try (GuardedResultStore store = open()) {
            awaitRescue(store);
            assertThat(found(store, "large").body()).isEqualTo(large.body());
        }
    }

    @Test
    void aRescueThatACrashInterruptedIsFinished() throws Exception {
        fill();
        Files.move(file(), folder.resolve("results.db.rescued"));
        try (GuardedResultStore store = open()) {
            assertThat(intact(store)).isEqualTo(RESULTS);
        }
    }
}
