package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The thread that changes the storage: opens it, commits what is queued, a batch at a time, and after a fault begins
 * again. While one commit waits for the disk the next batch gathers: that is all there is to grouping.
 */
final class WriteLoop implements Runnable {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");

    /**
     * Where writes never pause, the log grows though its content was moved: it begins anew only when a move ends with
     * nothing written meanwhile. Past this length this thread makes the move itself, which by then is short.
     */
    private static final long LONG_LOG = 64 << 20;
    /** What is written between two such moves, in bytes. */
    private static final long BETWEEN_MOVES = 8 << 20;

    /** Between two tries once the queue is closed: it does not pause any more. */
    private static final Duration LAST_TRIES = Duration.ofMillis(100);

    /** A rescue copies the whole file: where it fails, as on a full disk, it is left alone for this many retries. */
    private static final int RESCUE_PATIENCE = 60;

    private final ResultStorage storage;
    private final WriteQueue queue;
    private final StoreStatus status;
    private final StoreObserver observer;
    private final Time time;
    private final Duration retry;
    private final Consumer<StatusSnapshot> onLateConflict;
    /** Held while the file is replaced, and by whoever must not see that. */
    private final ReentrantLock upkeep = new ReentrantLock();

    private final AtomicLong written = new AtomicLong();
    private long moved;
    private ResultStorage.@Nullable Writer writer;

    /**
     * @param retry how long storage is left alone after a fault
     * @param onLateConflict hears of results that stand against late writes
     */
    WriteLoop(
            ResultStorage storage,
            WriteQueue queue,
            StoreStatus status,
            StoreObserver observer,
            Time time,
            Duration retry,
            Consumer<StatusSnapshot> onLateConflict) {
        this.storage = storage;
        this.queue = queue;
        this.status = status;
        this.observer = observer;
        this.time = time;
        this.retry = retry;
        this.onLateConflict = onLateConflict;
    }

    @Override
    public void run() {
        try {
            while (!queue.isClosed() || queue.size() > 0) {
                if (!attempt() && queue.isClosed()) {
                    Thread.sleep(LAST_TRIES);
                }
            }
        } catch (InterruptedException stopped) {
            // what is queued is lost: whoever interrupts has waited long enough
        } finally {
            queue.failed(new IOException("the store is closed"));
            close();
            status.closed();
        }
    }

    /** One round: opens if need be, commits what waits. Answers whether all went well. */
    private boolean attempt() throws InterruptedException {
        Operation operation = Operation.OPEN;
        try {
            if (status.isDamaged()) {
                operation = Operation.RESCUE;
                rescue();
            }
            operation = Operation.OPEN;
            ResultStorage.Writer open = open();
            List<Change<?>> batch = queue.next(retry);
            if (!batch.isEmpty()) {
                operation = batch.getFirst().operation();
                commit(open, batch);
            }
            return true;
        } catch (SQLException | IOException | RuntimeException fault) {
            observer.failed(operation);
            failed(fault, operation == Operation.RESCUE ? retry.multipliedBy(RESCUE_PATIENCE) : retry);
            return false;
        }
    }

    private ResultStorage.Writer open() throws SQLException, IOException {
        ResultStorage.Writer open = writer;
        if (open != null && storage.isGone()) {
            LOG.warn("The store's file is gone from its place; a new one is begun");
            close();
            open = null;
        }
        if (open == null) {
            long start = time.ticks();
            open = storage.openWriter();
            writer = open;
            observer.took(Operation.OPEN, Duration.ofNanos(time.ticks() - start));
            status.measured(open.entries(), storage.bytes());
            status.opened();
            if (queue.size() == 0) {
                status.writes();
            }
        }
        return open;
    }

    private void commit(ResultStorage.Writer open, List<Change<?>> batch) throws SQLException {
        open.begin();
        try {
            for (Change<?> change : batch) {
                change.apply(open);
            }
            open.commit();
        } catch (Throwable fault) {
            open.rollback();
            throw fault;
        }
        status.measured(open.entries(), storage.bytes());
        status.writes();
        queue.committed(batch);
        long now = time.ticks();
        for (Change<?> change : batch) {
            observer.took(change.operation(), Duration.ofNanos(now - change.queuedAt()));
            written.addAndGet(change.weight());
            if (change instanceof Change.Keep keep) {
                keep.lateConflict().ifPresent(onLateConflict);
            }
        }
        if (storage.logBytes() > LONG_LOG && written.get() - moved > BETWEEN_MOVES) {
            moved = written.get();
            open.checkpoint();
        }
    }

    private void rescue() throws SQLException, IOException {
        close();
        status.doesNotWrite("damaged; what is intact is being carried over");
        upkeep.lock();
        try {
            long start = time.ticks();
            ResultStorage.Rescued rescued = storage.rescue();
            observer.took(Operation.RESCUE, Duration.ofNanos(time.ticks() - start));
            LOG.warnf(
                    "The store's damaged file was set aside as %s; %d intact results were carried over",
                    rescued.setAside(), rescued.rows());
        } finally {
            upkeep.unlock();
        }
    }

    private void failed(Exception fault, Duration pause) throws InterruptedException {
        close();
        if (SqliteSchema.isDamage(fault)) {
            if (status.damaged(String.valueOf(fault.getMessage()))) {
                observer.failed(Operation.CHECK);
                return;
            }
        }
        status.doesNotWrite(String.valueOf(fault.getMessage()));
        queue.failed(fault);
        queue.pause(pause);
    }

    private void close() {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    /** Keeps the file from being replaced while it is held. */
    Lock upkeep() {
        return upkeep;
    }

    /** Bytes committed so far, roughly. */
    long written() {
        return written.get();
    }
}
