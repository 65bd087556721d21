package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.StoreObserver;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a store tells its observer. */
final class Counts implements StoreObserver {
    private final Map<Operation, LongAdder> failures = new ConcurrentHashMap<>();
    private final AtomicInteger late = new AtomicInteger();

    @Override
    public void failed(Operation operation) {
        failures.computeIfAbsent(operation, first -> new LongAdder()).increment();
    }

    @Override
    public void wroteLate() {
        late.incrementAndGet();
    }

    int failures(Operation operation) {
        return failures.getOrDefault(operation, new LongAdder()).intValue();
    }

    int late() {
        return late.get();
    }
}
