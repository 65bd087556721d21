package io.taskstatus.gateway;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

final class NothingYet implements ResultStore {
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
        return Set.of();
    }

    @Override
    public List<Held> inspect(ExecutionId id) {
        return List.of();
    }

    @Override
    public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
        return List.of();
    }

    @Override
    public List<Import> importAll(List<StatusSnapshot> results) {
        return List.of();
    }

    @Override
    public void close() {}
}
