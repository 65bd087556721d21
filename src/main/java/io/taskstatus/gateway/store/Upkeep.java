package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.Time;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that looks after the file beside those who use it: looks through all of it once it was opened, and moves
 * the log into it now and then, so that neither an answer nor a commit waits for that.
 */
final class Upkeep implements Runnable {
    private static final Duration ROUND = Duration.ofMillis(500);
    /** The log is moved into the file once it has grown by about this much, and at the latest after this time. */
    private static final long LOG_BYTES = 8 << 20;

    private static final Duration LOG_AGE = Duration.ofSeconds(30);

    private final ResultStorage storage;
    private final WriteLoop writing;
    private final StoreStatus status;
    private final StoreObserver observer;
    private final Time time;
    private final Consumer<String> onDamage;
    private final CountDownLatch closed = new CountDownLatch(1);
    private ResultStorage.@Nullable Reader reader;
    private int generation;
    private long moved;
    private long movedAt;

    Upkeep(
            ResultStorage storage,
            WriteLoop writing,
            StoreStatus status,
            StoreObserver observer,
            Time time,
            Consumer<String> onDamage) {
        this.storage = storage;
        this.writing = writing;
        this.status = status;
        this.observer = observer;
        this.time = time;
        this.onDamage = onDamage;
    }

    @Override
    public void run() {
        try {
            while (!closed.await(ROUND.toNanos(), TimeUnit.NANOSECONDS)) {
                round();
            }
        } catch (InterruptedException stopped) {
            // no upkeep is needed any more
        } finally {
            closeReader();
        }
    }

    private void round() {
        writing.upkeep().lock();
        try {
            if (generation != status.generation()) {
                closeReader();
                generation = status.generation();
                check();
            }
            if (!status.isUp()) {
                probe();
            }
            long written = writing.written();
            boolean grown = written - moved >= LOG_BYTES;
            boolean old = written != moved && time.ticks() - movedAt >= LOG_AGE.toNanos();
            if (reader != null && (grown || old)) {
                reader.checkpoint();
                moved = written;
                movedAt = time.ticks();
            }
        } catch (SQLException | IOException | RuntimeException fault) {
            closeReader();
            // what is no damage, as a full disk, whoever reads or writes counts and tells
            if (SqliteSchema.isDamage(fault)) {
                onDamage.accept(String.valueOf(fault.getMessage()));
            }
        } finally {
            writing.upkeep().unlock();
        }
    }

    /** Storage that failed is tried again, even if nobody asks; and one that can only be read is measured here. */
    private void probe() {
        if (!status.isReading()) {
            closeReader();
        }
        try {
            ResultStorage.Reader open = reader == null ? storage.openReader() : reader;
            reader = open;
            status.measured(open.entries(), storage.bytes());
            status.reads();
        } catch (SQLException | IOException stillDown) {
            // whoever reads or writes counts and tells
            closeReader();
        }
    }

    private void check() throws SQLException, IOException {
        long start = time.ticks();
        ResultStorage.Reader open = storage.openReader();
        reader = open;
        Optional<String> damage = open.check();
        observer.took(Operation.CHECK, Duration.ofNanos(time.ticks() - start));
        damage.ifPresent(onDamage);
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    void close() {
        closed.countDown();
    }
}
