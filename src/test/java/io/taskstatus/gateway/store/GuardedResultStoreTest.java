package io.taskstatus.gateway.store;

import static io.taskstatus.gateway.store.ResultStoreContract.find;
import static io.taskstatus.gateway.store.ResultStoreContract.found;
import static io.taskstatus.gateway.store.Results.id;
import static io.taskstatus.gateway.store.Results.result;
import static io.taskstatus.gateway.store.Results.success;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Storage that is slow, full, locked or gone is nobody's problem but the operator's. */
class GuardedResultStoreTest {
    private static final long ROOM = 1 << 20;

    private final Counts counts = new Counts();

    @TempDir
    Path folder;

    private FaultyStorage storage;

    @BeforeEach
    void prepare() {
        storage = new FaultyStorage(new SqliteStorage(folder, ResultStoreContract.NAMESPACE, Time.system()));
    }

    private GuardedResultStore open() throws InterruptedException {
        return open(Duration.ofSeconds(10));
    }

    private GuardedResultStore impatient() throws InterruptedException {
        return open(Duration.ofMillis(10));
    }

    private GuardedResultStore open(Duration commitPatience) throws InterruptedException {
        GuardedResultStore store =
                new GuardedResultStore(storage, counts, Time.system(), commitPatience, Duration.ofMillis(20), ROOM);
        store.awaitOpened(Duration.ofSeconds(10));
        return store;
    }

    private static SQLiteException full() {
        return new SQLiteException("full", SQLiteErrorCode.SQLITE_FULL);
    }

    @Test
    void aCommitThatTakesTooLongLetsTheAnswerGoAndIsCounted() throws Exception {
        try (GuardedResultStore store = impatient()) {
            storage.holdWrites();
            long start = System.nanoTime();
            StatusSnapshot kept = store.keep(success("e-1"));
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
            assertThat(kept.body()).isEqualTo(success("e-1").body());
            assertThat(counts.late()).isOne();
            assertThat(found(store, "e-1").body()).isEqualTo(kept.body());
            assertThat(store.inspect(id("e-1"))).hasSize(1);
            storage.releaseWrites();
            await().until(() -> store.state().queued() == 0);
        }
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void whatWaitsWhenItIsToldToStopIsWrittenIfStorageComesBackInTime() throws Exception {
        GuardedResultStore stopping = impatient();
        storage.failWrites(full());
        stopping.keep(success("e-1"));
        Thread stop = Thread.ofVirtual().start(stopping::close);
        assertThat(stop.join(Duration.ofMillis(300))).isFalse();
        storage.failWrites(null);
        stop.join();
        try (GuardedResultStore store = open()) {
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aFirstResultThatStillWaitsStandsAgainstALaterOne() throws Exception {
        try (GuardedResultStore store = impatient()) {
            storage.holdWrites();
            store.keep(success("e-1"));
            assertThat(store.keep(result("e-1", "another")).body())
                    .isEqualTo(success("e-1").body());
            storage.releaseWrites();
            await().until(() -> store.state().queued() == 0);
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aLateWriteThatFindsAnEarlierResultTellsWhichStands() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-1"));
        }
        try (GuardedResultStore store = impatient()) {
            Queue<StatusSnapshot> standing = new ConcurrentLinkedQueue<>();
            store.onLateConflict(standing::add);
            storage.holdWrites();
            store.keep(success("e-2"));
            store.keep(result("e-1", "later"));
            storage.releaseWrites();
            await().until(() -> !standing.isEmpty());
            assertThat(standing.element().body()).isEqualTo(success("e-1").body());
            assertThat(standing).hasSize(1);
        }
    }

    @Test
    void whileTheDiskIsFullResultsWaitAndWhatIsStoredIsServed() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("before"));
            storage.failWrites(full());
            assertThatThrownBy(() -> store.forget(id("unheard-of"))).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.state().up()).isFalse();
            for (int i = 0; i < 20; i++) {
                store.keep(success("e-" + i));
            }
            await().until(() -> counts.failures(Operation.KEEP) > 0);
            assertThat(store.state().detail()).contains("full");
            assertThat(found(store, "before").body())
                    .isEqualTo(success("before").body());
            assertThat(found(store, "e-7").body()).isEqualTo(success("e-7").body());
            assertThat(counts.late()).isEqualTo(20);
            assertThat(counts.failures(Operation.KEEP)).isPositive();
            storage.failWrites(null);
            await().until(() -> store.state().queued() == 0 && store.state().up());
            assertThat(store.state().entries()).isEqualTo(21);
        }
    }

    @Test
    void whatDoesNotFitInTheQueueIsAnsweredAndCounted() throws Exception {
        try (GuardedResultStore store = impatient()) {
            storage.failWrites(full());
            String large = "x".repeat(200_000);
            IntStream.range(0, 10).forEach(i -> store.keep(result("e-" + i, large)));
            assertThat(counts.failures(Operation.QUEUE)).isEqualTo(5);
            assertThat(counts.late()).isEqualTo(10);
            assertThat(store.keep(result("e-9", large)).id()).isEqualTo(id("e-9"));
        }
    }

    @Test
    void anOperatorIsToldAtOnceThatTheStoreIsDown() throws Exception {
        try (GuardedResultStore store = open()) {
            storage.failWrites(full());
            assertThatThrownBy(() -> store.forget(id("e-1"))).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.importAll(List.of(success("e-2"))))
                    .isInstanceOf(StoreUnavailableException.class);
            storage.failWrites(null);
            await().until(() -> store.state().queued() == 0);
            assertThat(find(store, "e-2")).isEmpty();
        }
    }

    @Test
    void aPurgeThatFailsLosesNothingThatWaited() throws Exception {
        try (GuardedResultStore store = impatient()) {
            storage.failWrites(full());
            store.keep(success("e-1"));
            assertThatThrownBy(() -> store.forget(id("e-1"))).isInstanceOf(StoreUnavailableException.class);
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            storage.failWrites(null);
            await().until(() -> store.state().queued() == 0);
            assertThat(store.forget(id("e-1"))).containsExactly(Tier.STORE);
        }
    }

    @Test
    void aPurgeTakesAQueuedWriteWithIt() throws Exception {
        try (GuardedResultStore store = impatient();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            storage.holdWrites();
            store.keep(success("e-1"));
            Future<?> purge = threads.submit(() -> store.forget(id("e-1")));
            await().until(() -> store.state().queued() == 2);
            assertThat(find(store, "e-1")).isEmpty();
            store.keep(result("e-1", "after the purge"));
            storage.releaseWrites();
            purge.get();
            await().until(() -> store.state().queued() == 0);
            assertThat(found(store, "e-1").body())
                    .isEqualTo(result("e-1", "after the purge").body());
        }
    }

    @Test
    void readsThatHangHoldUpNeitherWritesNorWhatWaits() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-0"));
            storage.holdReads();
            Future<Optional<Held>> read = store.find(id("e-0"));
            assertThat(store.keep(success("e-1")).body())
                    .isEqualTo(success("e-1").body());
            assertThat(counts.late()).isZero();
            assertThat(read.isDone()).isFalse();
            List<Future<Optional<Held>>> more = new ArrayList<>();
            IntStream.range(0, 3_000).forEach(i -> more.add(store.find(id("e-" + i))));
            assertThat(more).filteredOn(Future::isDone).isNotEmpty();
            storage.releaseReads();
            assertThat(read.get()).isPresent();
            for (Future<Optional<Held>> each : more) {
                each.get();
            }
        }
    }

    @Test
    void storageThatCanNotBeOpenedEndsNoStart() throws Exception {
        storage.failOpening(new SQLiteException("no such device", SQLiteErrorCode.SQLITE_CANTOPEN));
        try (GuardedResultStore store = impatient()) {
            assertThat(store.state().up()).isFalse();
            assertThat(find(store, "e-1")).isEmpty();
            assertThat(store.keep(success("e-1")).body())
                    .isEqualTo(success("e-1").body());
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
            assertThatThrownBy(() -> store.page(Optional.empty(), 10)).isInstanceOf(StoreUnavailableException.class);
            assertThatThrownBy(() -> store.inspect(id("e-2"))).isInstanceOf(StoreUnavailableException.class);
            assertThat(store.inspect(id("e-1"))).hasSize(1);
            storage.failOpening(null);
            await().until(() -> store.state().up() && store.state().queued() == 0);
            await().until(() -> !store.page(Optional.empty(), 10).isEmpty());
            assertThat(found(store, "e-1").body()).isEqualTo(success("e-1").body());
        }
    }

    @Test
    void aReadThatFailsFindsNothingAndIsTriedAgainSoon() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("e-1"));
            storage.failReads(new SQLiteException("input/output error", SQLiteErrorCode.SQLITE_IOERR));
            assertThat(find(store, "e-1")).isEmpty();
            assertThat(counts.failures(Operation.FIND)).isOne();
            assertThat(store.state().up()).isFalse();
            storage.failReads(null);
            await().until(() -> find(store, "e-1").isPresent());
            assertThat(store.state().up()).isTrue();
        }
    }

    @Test
    void aPageHoldsWhatWaitsToBeWritten() throws Exception {
        try (GuardedResultStore store = open()) {
            store.keep(success("b"));
            store.keep(success("d"));
            storage.failWrites(full());
            assertThatThrownBy(() -> store.forget(id("unheard-of"))).isInstanceOf(StoreUnavailableException.class);
            List.of("a", "c", "e").forEach(each -> store.keep(success(each)));
            List<String> paged = new ArrayList<>();
            List<StatusSnapshot> page = store.page(Optional.empty(), 2);
            while (!page.isEmpty()) {
                page.forEach(each -> paged.add(each.id().value()));
                page = store.page(Optional.of(page.getLast().id()), 2);
            }
            assertThat(paged).containsExactly("a", "b", "c", "d", "e");
        }
    }

    @Test
    void closingWritesWhatWaits() throws Exception {
        CompletableFuture<Void> closed;
        GuardedResultStore store = impatient();
        storage.holdWrites();
        IntStream.range(0, 5).forEach(i -> store.keep(success("e-" + i)));
        closed = CompletableFuture.runAsync(store::close);
        storage.releaseWrites();
        closed.get();
        try (GuardedResultStore again = open()) {
            assertThat(again.state().entries()).isEqualTo(5);
        }
    }
}
