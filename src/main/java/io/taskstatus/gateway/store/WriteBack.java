package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.store.Departures.Departure;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Results that Redis has yet to get: those of the time when it was away, and those that it lost. Bounded. */
final class WriteBack implements AutoCloseable {
    private static final int BATCH = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    private static final int OVERHEAD = 512;

    /** One result, and what is known of when its fetch began. */
    record Pending(StatusSnapshot result, Departure departure) {}

    /** Writes one result; the future ends well where Redis has decided on it. */
    @FunctionalInterface
    interface Writer {
        CompletableFuture<?> write(StatusSnapshot result, Departure departure, Duration patience);
    }

    private final Writer writer;
    private final RedisLink link;
    private final StoreObserver observer;
    private final Time time;
    private final long maxBytes;
    private final Map<ExecutionId, Pending> pending = new LinkedHashMap<>();
    private final Semaphore work = new Semaphore(0);
    private final Thread thread;
    private long bytes;

    /** @param maxBytes of heap that waiting results may take */
    WriteBack(Writer writer, RedisLink link, StoreObserver observer, Time time, long maxBytes) {
        this.writer = writer;
        this.link = link;
        this.observer = observer;
        this.time = time;
        this.maxBytes = maxBytes;
        this.thread = Thread.ofPlatform().name("redis-write-back").daemon().start(this::run);
    }

    /** Answers whether there was room for it, or for what waits already for its id. */
    boolean add(StatusSnapshot result, Departure departure) {
        synchronized (pending) {
            if (pending.containsKey(result.id())) {
                return true;
            }
            if (bytes + weight(result) > maxBytes) {
                return false;
            }
            bytes += weight(result);
            pending.put(result.id(), new Pending(result, departure));
        }
        work.release();
        return true;
    }

    Optional<StatusSnapshot> find(ExecutionId id) {
        synchronized (pending) {
            return Optional.ofNullable(pending.get(id)).map(Pending::result);
        }
    }

    /** Answers whether one waited. */
    boolean remove(ExecutionId id) {
        synchronized (pending) {
            Pending removed = pending.remove(id);
            bytes -= removed == null ? 0 : weight(removed.result());
            return removed != null;
        }
    }

    int size() {
        synchronized (pending) {
            return pending.size();
        }
    }

    /** Redis is there: what waits is written. Never blocks. */
    void go() {
        if (size() > 0) {
            work.release();
        }
    }

    private static int weight(StatusSnapshot result) {
        return OVERHEAD + result.body().length;
    }

    private void run() {
        try {
            while (true) {
                work.acquire();
                work.drainPermits();
                boolean all = link.isOpen() && writeBatch();
                if (all) {
                    go();
                }
            }
        } catch (InterruptedException closed) {
            // what waits is lost to Redis; the store below has it
        }
    }

    /** Answers whether Redis decided on all of it. */
    private boolean writeBatch() throws InterruptedException {
        List<Pending> batch;
        synchronized (pending) {
            batch = pending.values().stream().limit(BATCH).toList();
        }
        List<CompletableFuture<?>> writes = new ArrayList<>();
        long start = time.ticks();
        batch.forEach(one -> writes.add(writer.write(one.result(), one.departure(), PATIENCE)));
        boolean well = true;
        for (int i = 0; i < batch.size(); i++) {
            try {
                writes.get(i).get();
                done(batch.get(i));
                observer.took(Operation.KEEP, Duration.ofNanos(time.ticks() - start));
            } catch (ExecutionException fault) {
                well = false;
            }
        }
        if (!well) {
            observer.failed(Operation.KEEP);
        }
        return well;
    }

    private void done(Pending one) {
        synchronized (pending) {
            if (pending.remove(one.result().id(), one)) {
                bytes -= weight(one.result());
            }
        }
    }

    /** Writes what waits, at most for {@code patience}, and no more after that. */
    void close(Duration patience) throws InterruptedException {
        long end = time.ticks() + patience.toNanos();
        go();
        while (size() > 0 && link.isOpen() && end - time.ticks() > 0) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        close();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
