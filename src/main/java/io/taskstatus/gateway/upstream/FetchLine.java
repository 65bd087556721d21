package io.taskstatus.gateway.upstream;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Where fetches stand in line: so many are under way, so many more wait for their turn, and the rest is sent away. */
final class FetchLine {
    private final int maxConcurrent;
    private final int maxWaiting;
    private final Semaphore places;
    private final AtomicInteger waiting = new AtomicInteger();

    FetchLine(int maxConcurrent, int maxWaiting) {
        this.maxConcurrent = maxConcurrent;
        this.maxWaiting = maxWaiting;
        this.places = new Semaphore(maxConcurrent, true);
    }

    /** Waits for a turn, at most for {@code patience}; whoever gets one must {@link #leave}. */
    boolean enter(Duration patience) throws InterruptedException {
        if (places.tryAcquire(0, TimeUnit.NANOSECONDS)) {
            return true;
        }
        if (waiting.incrementAndGet() > maxWaiting) {
            waiting.decrementAndGet();
            return false;
        }
        try {
            return places.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            waiting.decrementAndGet();
        }
    }

    void leave() {
        places.release();
    }

    int inFlight() {
        return maxConcurrent - places.availablePermits();
    }

    int waiting() {
        return Math.min(waiting.get(), maxWaiting);
    }
}
