package io.taskstatus.gateway.lookup;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** One fetch under way for one id. It belongs to no caller: whoever waits for it may leave, and it goes on. */
final class Flight {
    private final CountDownLatch landed = new CountDownLatch(1);
    private final ReentrantLock keeping = new ReentrantLock();
    private volatile @Nullable Landing landing;
    private boolean purged;

    /** Whether the flight lands within {@code nanos}. */
    boolean lands(long nanos) throws InterruptedException {
        return landed.await(nanos, TimeUnit.NANOSECONDS);
    }

    /** Waits until the flight has landed, and says with what. Every flight lands: see {@link Flights}. */
    Landing await() throws InterruptedException {
        landed.await();
        Landing result = landing;
        if (result == null) {
            throw new IllegalStateException("landed with nothing");
        }
        return result;
    }

    /** @param result nothing where the program failed twice: those who wait get an exception */
    void land(@Nullable Landing result) {
        landing = result;
        landed.countDown();
    }

    /** Runs {@code keep} unless a purge came first; a purge waits until it is done. Answers whether it ran. */
    boolean unlessPurged(Runnable keep) {
        keeping.lock();
        try {
            if (!purged) {
                keep.run();
            }
            return !purged;
        } finally {
            keeping.unlock();
        }
    }

    /** From here on nothing that this flight brings is kept. */
    void purge() {
        keeping.lock();
        try {
            purged = true;
        } finally {
            keeping.unlock();
        }
    }
}
