package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** A store in memory whose reads a test can hold back, and whose writes and removals it can step into. */
final class ScriptedStore implements ResultStore {
    final Map<ExecutionId, Held> results = new ConcurrentHashMap<>();
    private final Queue<Future<Optional<Held>>> reads = new ConcurrentLinkedQueue<>();
    private final AtomicInteger finds = new AtomicInteger();
    private volatile Runnable beforeKeep = () -> {};
    private volatile Runnable beforeForget = () -> {};
    private volatile Runnable afterForget = () -> {};
    private volatile Consumer<StatusSnapshot> lateConflicts = standing -> {};
    private volatile Runnable beforeInspect = () -> {};

    @Override
    public Future<Optional<Held>> find(ExecutionId id) {
        finds.incrementAndGet();
        Future<Optional<Held>> scripted = reads.poll();
        return scripted != null ? scripted : CompletableFuture.completedFuture(Optional.ofNullable(results.get(id)));
    }

    @Override
    public StatusSnapshot keep(StatusSnapshot result) {
        beforeKeep.run();
        Held standing = results.putIfAbsent(result.id(), new Held(result, Tier.STORE));
        return standing == null ? result : standing.snapshot();
    }

    @Override
    public Set<Tier> forget(ExecutionId id) {
        beforeForget.run();
        Held removed = results.remove(id);
        afterForget.run();
        return removed == null ? EnumSet.noneOf(Tier.class) : EnumSet.of(removed.tier());
    }

    @Override
    public List<Held> inspect(ExecutionId id) {
        beforeInspect.run();
        return Optional.ofNullable(results.get(id)).stream().toList();
    }

    @Override
    public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<Import> importAll(List<StatusSnapshot> imported) {
        return imported.stream()
                .map(result -> {
                    StatusSnapshot standing = keep(result);
                    return standing == result
                            ? Import.IMPORTED
                            : standing.sameBodyAs(result) ? Import.ALREADY_THERE : Import.CONFLICT;
                })
                .toList();
    }

    @Override
    public void onLateConflict(Consumer<StatusSnapshot> listener) {
        lateConflicts = listener;
    }

    /** A write that was late finds {@code standing}. */
    void findsLate(StatusSnapshot standing) {
        lateConflicts.accept(standing);
    }

    @Override
    public void close() {}

    ScriptedStore holding(StatusSnapshot result) {
        return holding(result, Tier.STORE);
    }

    ScriptedStore holding(StatusSnapshot result, Tier tier) {
        results.put(result.id(), new Held(result, tier));
        return this;
    }

    /** The next read ends when the test says so. */
    CompletableFuture<Optional<Held>> lateRead() {
        CompletableFuture<Optional<Held>> read = new CompletableFuture<>();
        reads.add(read);
        return read;
    }

    void beforeKeep(Runnable step) {
        beforeKeep = step;
    }

    void beforeForget(Runnable step) {
        beforeForget = step;
    }

    void afterForget(Runnable step) {
        afterForget = step;
    }

    void inspecting(Runnable step) {
        beforeInspect = step;
    }

    int finds() {
        return finds.get();
    }
}
