package io.taskstatus.gateway.lookup;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A point in the work of another thread where it stops until the test lets it through. */
final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch open = new CountDownLatch(1);

    /** The worker's side: says that it is here and waits. */
    void pass() {
        reached.countDown();
        await(open);
    }

    /** The test's side: waits until the worker is here. */
    Gate reached() {
        await(reached);
        return this;
    }

    void open() {
        open.countDown();
    }

    private static void await(CountDownLatch latch) {
        boolean interrupted = Thread.interrupted();
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
