package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** What the core told its observer. */
final class Counts implements LookupObserver {
    final AtomicInteger conflicts = new AtomicInteger();
    final List<Throwable> panics = Collections.synchronizedList(new ArrayList<>());
    final List<String> settled = Collections.synchronizedList(new ArrayList<>());

    private volatile boolean alsoThrows;

    @Override
    public void conflict() {
        conflicts.incrementAndGet();
    }

    @Override
    public void panicked(Throwable panic) {
        panics.add(panic);
        if (alsoThrows) {
            throw new IllegalStateException("counting failed");
        }
    }

    /** From here on being told of a panic is one. */
    void panicsOnPanic() {
        alsoThrows = true;
    }

    @Override
    public void settled(VerificationStatus status, Duration running) {
        settled.add(status.word() + " after " + running);
    }
}
