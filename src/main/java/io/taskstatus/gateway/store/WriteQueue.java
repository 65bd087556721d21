package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Changes on their way to the storage, in order. Many threads add, one takes: a batch stays in here until it is
 * committed, so that what waits can be found and is not lost by a commit that fails.
 */
final class WriteQueue {
    /** Changes in one commit, and the bytes from which on a commit takes no more. */
    private static final int BATCH = 512;

    private static final long BATCH_BYTES = 4 << 20;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Change<?>> waiting = new ArrayDeque<>();
    private final Map<ExecutionId, Change.Keep> keeps = new HashMap<>();
    private final long maxWeight;
    private final Time time;
    private long weight;
    private boolean woken;
    private boolean closed;

    /** @param maxWeight bytes of heap that results may take that wait for storage */
    WriteQueue(long maxWeight, Time time) {
        this.maxWeight = maxWeight;
        this.time = time;
    }

    /** Adds a result, or answers with the one that waits for the same id; with nothing where there is no room. */
    Optional<Change.Keep> keep(StatusSnapshot result) {
        lock.lock();
        try {
            Change.Keep earlier = keeps.get(result.id());
            if (earlier != null) {
                return Optional.of(earlier);
            }
            Change.Keep keep = new Change.Keep(result);
            if (closed || weight + keep.weight() > maxWeight) {
                return Optional.empty();
            }
            keeps.put(result.id(), keep);
            append(keep);
            return Optional.of(keep);
        } finally {
            lock.unlock();
        }
    }

    /** Adds a change that somebody waits for, or that repairs; answers whether it was taken. */
    boolean add(Change<?> change) {
        lock.lock();
        try {
            if (closed) {
                return false;
            }
            if (change instanceof Change.Forget forget) {
                // what is kept from here on comes after, and what waits is no longer found
                forget.before(keeps.remove(forget.id()));
            }
            append(change);
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void append(Change<?> change) {
        change.queuedAt(time.ticks());
        waiting.add(change);
        weight += change.weight();
        changed.signalAll();
    }

    /** The result that waits for its commit under {@code id}. */
    Optional<StatusSnapshot> find(ExecutionId id) {
        lock.lock();
        try {
            return Optional.ofNullable(keeps.get(id)).map(Change.Keep::result);
        } finally {
            lock.unlock();
        }
    }

    /** Results that wait and whose ids come after {@code after}, in no order. */
    List<StatusSnapshot> after(String after) {
        lock.lock();
        try {
            return keeps.values().stream()
                    .map(Change.Keep::result)
                    .filter(result -> result.id().value().compareTo(after) > 0)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /**
     * The changes that come next, at most a commit's worth; waits up to {@code patience} for the first, less where the
     * queue is woken or closed.
     */
    List<Change<?>> next(Duration patience) throws InterruptedException {
        lock.lock();
        try {
            long left = patience.toNanos();
            while (waiting.isEmpty() && !woken && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            woken = false;
            return head();
        } finally {
            lock.unlock();
        }
    }

    private List<Change<?>> head() {
        List<Change<?>> batch = new ArrayList<>();
        long bytes = 0;
        for (Change<?> change : waiting) {
            if (batch.size() == BATCH || bytes > BATCH_BYTES) {
                break;
            }
            batch.add(change);
            bytes += change.weight();
        }
        return batch;
    }

    /** Takes a committed batch out, then tells who waits for it. */
    void committed(List<Change<?>> batch) {
        lock.lock();
        try {
            for (Change<?> change : batch) {
                waiting.remove();
                remove(change);
            }
        } finally {
            lock.unlock();
        }
        batch.forEach(Change::commit);
    }

    /** After a failed attempt: results go on waiting, everybody else is told. */
    void failed(Exception cause) {
        List<Change<?>> refused = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Change<?>> all = waiting.iterator(); all.hasNext(); ) {
                Change<?> change = all.next();
                if (!change.isPatient()) {
                    all.remove();
                    remove(change);
                    restoreWhatWasToBeForgotten(change);
                    refused.add(change);
                }
            }
        } finally {
            lock.unlock();
        }
        refused.forEach(change -> change.fail(cause));
    }

    private void restoreWhatWasToBeForgotten(Change<?> change) {
        if (change instanceof Change.Forget forget) {
            forget.before()
                    .filter(keep -> !keep.isCommitted())
                    .ifPresent(keep -> keeps.putIfAbsent(keep.result().id(), keep));
        }
    }

    private void remove(Change<?> change) {
        weight -= change.weight();
        if (change instanceof Change.Keep keep) {
            keeps.remove(keep.result().id(), keep);
        }
    }

    int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Lets {@link #next} return, as when the storage needs attention. */
    void wake() {
        lock.lock();
        try {
            woken = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits for {@code pause}, less where the queue is closed. */
    void pause(Duration pause) throws InterruptedException {
        lock.lock();
        try {
            long left = pause.toNanos();
            while (!closed && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** From here on nothing is taken; what waits is still handed out. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closed;
        } finally {
            lock.unlock();
        }
    }
}
