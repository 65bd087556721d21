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

    @Override
    public void conflict() {
        conflicts.incrementAndGet();
    }

    @Override
    public void panicked(Throwable panic) {
        panics.add(panic);
    }

    @Override
    public void settled(VerificationStatus status, Duration running) {
        settled.add(status.word() + " after " + running);
    }
}
