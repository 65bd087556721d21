package io.taskstatus.gateway.store;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/** What the threads of one store tell each other, and operators, of how the storage is doing. */
final class StoreStatus {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");
    private static final String WELL = "open";
    private static final String NOT_YET = "not opened yet";

    private final CountDownLatch tried = new CountDownLatch(1);
    private final AtomicInteger generation = new AtomicInteger();
    private final AtomicBoolean damaged = new AtomicBoolean();
    private volatile String writing = NOT_YET;
    private volatile String reading = WELL;
    private volatile long entries;
    private volatile long bytes;

    /** The storage was opened for writing; whoever reads opens it anew. */
    void opened() {
        generation.incrementAndGet();
        damaged.set(false);
        reads();
        tried.countDown();
    }

    /** Changes whenever the storage was opened for writing: another file may lie there. */
    int generation() {
        return generation.get();
    }

    /** Waits until it is known whether the storage can be opened, at most for {@code patience}; answers whether it is. */
    boolean awaitFirstAttempt(Duration patience) throws InterruptedException {
        return tried.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether a commit can be expected soon: nothing has failed since the last one. */
    boolean isHopeful() {
        String state = writing;
        return state.equals(WELL) || state.equals(NOT_YET);
    }

    void writes() {
        if (!WELL.equals(writing)) {
            writing = WELL;
            LOG.infof("The store is open: %d results, %d bytes", entries, bytes);
        }
    }

    void doesNotWrite(String fault) {
        if (!fault.equals(writing)) {
            LOG.warnf("The store can't be written: %s. Results wait in memory until it can", fault);
        }
        writing = fault;
        tried.countDown();
    }

    void closed() {
        writing = "closed";
        tried.countDown();
    }

    void reads() {
        if (!WELL.equals(reading)) {
            reading = WELL;
            LOG.info("The store can be read again");
        }
    }

    void doesNotRead(String fault) {
        if (!fault.equals(reading)) {
            LOG.warnf("The store can't be read: %s", fault);
        }
        reading = fault;
    }

    /** The file is damaged; answers whether that is news. */
    boolean damaged(String how) {
        boolean news = damaged.compareAndSet(false, true);
        if (news) {
            LOG.warnf("The store's file is damaged: %s", how);
        }
        return news;
    }

    boolean isDamaged() {
        return damaged.get();
    }

    void measured(long entriesNow, long bytesNow) {
        entries = entriesNow;
        bytes = bytesNow;
    }

    boolean isWriting() {
        return WELL.equals(writing);
    }

    boolean isReading() {
        return WELL.equals(reading);
    }

    boolean isUp() {
        return isWriting() && isReading();
    }

    long entries() {
        return entries;
    }

    long bytes() {
        return bytes;
    }

    String detail() {
        return isWriting() ? reading : writing;
    }
}
