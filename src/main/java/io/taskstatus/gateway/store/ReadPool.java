package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A few platform threads that read, each with a connection of its own: SQLite is native code, which would pin a virtual
 * thread's carrier. Storage that hangs holds up these threads and the reads in their short line, nothing else.
 */
final class ReadPool implements AutoCloseable {
    private static final int MOST_WAITING = 2_000;

    @FunctionalInterface
    interface Read<T> {
        T from(ResultStorage.Reader reader) throws SQLException;
    }

    private final ResultStorage storage;
    private final StoreStatus status;
    private final StoreObserver observer;
    private final Time time;
    private final Duration retry;
    private final Consumer<Exception> onFault;
    private final ThreadPoolExecutor threads;
    private final Queue<Session> sessions = new ConcurrentLinkedQueue<>();
    private final ThreadLocal<Session> session = ThreadLocal.withInitial(Session::new);

    /**
     * @param retry how long storage that could not be opened is left alone
     * @param onFault hears of every failed read
     */
    ReadPool(
            ResultStorage storage,
            StoreStatus status,
            StoreObserver observer,
            Time time,
            int size,
            Duration retry,
            Consumer<Exception> onFault) {
        this.storage = storage;
        this.status = status;
        this.observer = observer;
        this.time = time;
        this.retry = retry;
        this.onFault = onFault;
        this.threads = new ThreadPoolExecutor(
                size,
                size,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_WAITING),
                Thread.ofPlatform().name("store-reader-", 0).daemon().factory());
    }

    /** Starts {@code read}; the future fails where storage does. */
    <T> CompletableFuture<T> submit(Operation operation, Read<T> read) {
        CompletableFuture<T> result = new CompletableFuture<>();
        long start = time.ticks();
        try {
            threads.execute(() -> run(operation, read, result, start));
        } catch (RejectedExecutionException full) {
            observer.failed(operation);
            result.completeExceptionally(full);
        }
        return result;
    }

    private <T> void run(Operation operation, Read<T> read, CompletableFuture<T> result, long start) {
        Session mine = session.get();
        try {
            T answer = read.from(mine.reader());
            status.reads();
            observer.took(operation, Duration.ofNanos(time.ticks() - start));
            result.complete(answer);
        } catch (SQLException | IOException | RuntimeException fault) {
            mine.failed(fault);
            observer.failed(operation);
            status.doesNotRead(String.valueOf(fault.getMessage()));
            onFault.accept(fault);
            result.completeExceptionally(fault);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            result.completeExceptionally(stopped);
        } catch (Error fault) {
            result.completeExceptionally(fault);
            throw fault;
        }
    }

    @Override
    public void close() {
        threads.shutdown();
        try {
            if (threads.awaitTermination(1, TimeUnit.SECONDS)) {
                sessions.forEach(Session::close);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One thread's connection. */
    private final class Session {
        private ResultStorage.@Nullable Reader reader;
        private int generation;
        private @Nullable Exception fault;
        private long failedAt;

        Session() {
            sessions.add(this);
        }

        ResultStorage.Reader reader() throws SQLException, IOException, InterruptedException {
            status.awaitFirstAttempt(Duration.ofDays(1));
            int current = status.generation();
            if (current != generation) {
                close();
                generation = current;
                fault = null;
            }
            Exception last = fault;
            if (last != null && time.ticks() - failedAt < retry.toNanos()) {
                throw new IOException(String.valueOf(last.getMessage()), last);
            }
            ResultStorage.Reader open = reader;
            if (open == null) {
                open = storage.openReader();
                reader = open;
                fault = null;
            }
            return open;
        }

        void failed(Exception cause) {
            close();
            if (fault == null || time.ticks() - failedAt >= retry.toNanos()) {
                fault = cause;
                failedAt = time.ticks();
            }
        }

        void close() {
            if (reader != null) {
                reader.close();
                reader = null;
            }
        }
    }
}
