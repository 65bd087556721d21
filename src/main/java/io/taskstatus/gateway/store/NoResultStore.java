package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreState;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** {@code gateway.store.kind=none}: results rest in memory alone, as long as there is room and the process lives. */
public final class NoResultStore implements ResultStore {
    @Override
    public Future<Optional<Held>> find(ExecutionId id) {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public StatusSnapshot keep(StatusSnapshot result) {
        return result;
    }

    @Override
    public Set<Tier> forget(ExecutionId id) {
        return EnumSet.noneOf(Tier.class);
    }

    @Override
    public List<Held> inspect(ExecutionId id) {
        return List.of();
    }

    @Override
    public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
        return List.of();
    }

    /** They go to memory, which has the last word on write-once. */
    @Override
    public List<Import> importAll(List<StatusSnapshot> results) {
        return results.stream().map(result -> Import.IMPORTED).toList();
    }

    @Override
    public StoreState state() {
        return new StoreState(true, 0, 0, 0, "none");
    }

    @Override
    public void close() {}
}
