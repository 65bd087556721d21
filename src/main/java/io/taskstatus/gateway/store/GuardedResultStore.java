package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.StoreState;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The embedded store. Nobody who asks it ever waits for storage longer than the port allows: a queue and one thread
 * write, a few threads read, and what waits to be written is held as much as what is written.
 */
public final class GuardedResultStore implements ResultStore {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int READERS = 2;
    private static final long QUEUE_BYTES = 32 << 20;
    /** How long an answer waits for its commit. */
    private static final Duration COMMIT_PATIENCE = Duration.ofMillis(50);
    /** How long an operator waits for storage. */
    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(30);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);
    private static final long PAGE_BYTES = 1 << 20;

    private final Duration commitPatience;
    private volatile Consumer<StatusSnapshot> lateConflicts = standing -> {};
    private final WriteQueue queue;
    private final StoreStatus status = new StoreStatus();
    private final StoreObserver observer;
    private final ReadPool reads;
    private final Upkeep upkeep;
    private final Thread writer;
    private final Thread keeper;

    /**
     * @param commitPatience how long an answer waits for its commit
     * @param retry how long storage is left alone after a fault
     * @param queueBytes what may wait to be written
     */
    GuardedResultStore(
            ResultStorage storage,
            StoreObserver observer,
            Time time,
            Duration commitPatience,
            Duration retry,
            long queueBytes) {
        this.commitPatience = commitPatience;
        this.observer = observer;
        queue = new WriteQueue(queueBytes, time);
        WriteLoop loop = new WriteLoop(
                storage, queue, status, observer, time, retry, standing -> lateConflicts.accept(standing));
        reads = new ReadPool(storage, status, observer, time, READERS, retry, this::onFault);
        upkeep = new Upkeep(storage, loop, status, observer, time, this::onDamage);
        writer = Thread.ofPlatform().name("store-writer").daemon().start(loop);
        keeper = Thread.ofPlatform().name("store-upkeep").daemon().start(upkeep);
    }

    /**
     * Begins to open the store in {@code folder} and returns at once: whatever state the folder is in, this never fails.
     *
     * @param namespace whose results are kept and served; others stay in the file untouched
     */
    public static GuardedResultStore in(Path folder, String namespace, StoreObserver observer, Time time) {
        return new GuardedResultStore(
                new SqliteStorage(folder, namespace, time), observer, time, COMMIT_PATIENCE, RETRY, QUEUE_BYTES);
    }

    /** Waits until it is known whether the storage can be used, at most for {@code patience}. */
    public void awaitOpened(Duration patience) throws InterruptedException {
        status.awaitFirstAttempt(patience);
    }

    @Override
    public Future<Optional<Held>> find(ExecutionId id) {
        Optional<Held> queued = queue.find(id).map(result -> new Held(result, Tier.STORE));
        return queued.isPresent()
                ? CompletableFuture.completedFuture(queued)
                : read(id).exceptionally(fault -> Optional.empty());
    }

    private CompletableFuture<Optional<Held>> read(ExecutionId id) {
        return reads.submit(Operation.FIND, reader -> reader.find(id).flatMap(this::open))
                .thenApply(result -> result.map(snapshot -> new Held(snapshot, Tier.STORE)));
    }

    /** The result in {@code row}; a row that is not what was written is dropped. */
    private Optional<StatusSnapshot> open(StoredRow row) {
        Optional<StatusSnapshot> result = row.open();
        if (result.isEmpty()) {
            observer.failed(Operation.CHECK);
            String id = ExecutionId.parse(row.id()).map(ExecutionId::toString).orElse("of an id that is none");
            LOG.warnf("A stored result failed its check and is dropped: %s", id);
            queue.add(new Change.Drop(row.id()));
        }
        return result;
    }

    @Override
    public StatusSnapshot keep(StatusSnapshot result) {
        Optional<Change.Keep> queued = queue.keep(result);
        if (queued.isEmpty()) {
            observer.failed(Operation.QUEUE);
            observer.wroteLate();
            return result;
        }
        Duration patience = status.isHopeful() ? commitPatience : Duration.ZERO;
        try {
            return queued.get().committed().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException late) {
            // it stays in the queue
        }
        queued.get().late();
        Optional<StatusSnapshot> meanwhile = queued.get().standing();
        if (meanwhile.isPresent()) {
            return meanwhile.get();
        }
        observer.wroteLate();
        return queued.get().result();
    }

    @Override
    public void onLateConflict(Consumer<StatusSnapshot> listener) {
        lateConflicts = listener;
    }

    @Override
    public Set<Tier> forget(ExecutionId id) {
        return change(new Change.Forget(id)) ? EnumSet.of(Tier.STORE) : EnumSet.noneOf(Tier.class);
    }

    @Override
    public List<Held> inspect(ExecutionId id) {
        Optional<Held> queued = queue.find(id).map(result -> new Held(result, Tier.STORE));
        return (queued.isPresent() ? queued : await(read(id))).stream().toList();
    }

    @Override
    public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
        String from = after.map(ExecutionId::value).orElse("");
        while (true) {
            String start = from;
            // first what waits: a write committed in between is then seen twice, and not missed
            List<StatusSnapshot> queued = queue.after(start);
            List<StoredRow> rows = await(reads.submit(Operation.PAGE, reader -> reader.page(start, limit, PAGE_BYTES)));
            Map<String, StatusSnapshot> page = new TreeMap<>();
            rows.forEach(row -> open(row).ifPresent(result -> page.put(row.id(), result)));
            String end = rows.isEmpty() ? null : rows.getLast().id();
            addQueued(queued, page, end);
            if (!page.isEmpty() || end == null) {
                return page.values().stream().limit(limit).toList();
            }
            from = end;
        }
    }

    private static void addQueued(List<StatusSnapshot> queued, Map<String, StatusSnapshot> page, @Nullable String end) {
        queued.stream()
                .filter(result -> end == null || result.id().value().compareTo(end) <= 0)
                .sorted(Comparator.comparing(result -> result.id().value()))
                .forEach(result -> page.putIfAbsent(result.id().value(), result));
    }

    @Override
    public List<Import> importAll(List<StatusSnapshot> results) {
        return results.isEmpty() ? new ArrayList<>() : change(new Change.KeepAll(results));
    }

    private <T> T change(Change<T> change) {
        if (!queue.add(change)) {
            throw new StoreUnavailableException("The store is closed");
        }
        try {
            return await(change.committed());
        } catch (StoreUnavailableException givenUp) {
            // whoever is told that it was not done shall not find it done later
            change.withdraw();
            throw givenUp;
        }
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get(OPERATOR_PATIENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new StoreUnavailableException("The store failed: " + cause.getMessage(), e);
        } catch (TimeoutException e) {
            throw new StoreUnavailableException("The store did not answer in time", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("Told to stop", e);
        }
    }

    private void onFault(Exception fault) {
        if (SqliteSchema.isDamage(fault)) {
            onDamage(String.valueOf(fault.getMessage()));
        }
    }

    private void onDamage(String how) {
        if (status.damaged(how)) {
            observer.failed(Operation.CHECK);
            queue.wake();
        }
    }

    @Override
    public StoreState state() {
        return new StoreState(status.isUp(), status.entries(), status.bytes(), queue.size(), status.detail());
    }

    @Override
    public void close() {
        queue.close();
        upkeep.close();
        try {
            if (!writer.join(CLOSE_PATIENCE)) {
                LOG.warnf("%d writes could not be finished in time", queue.size());
                writer.interrupt();
            }
            keeper.join(Duration.ofMillis(500));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        reads.close();
    }
}
