package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * The port to where terminal results rest beyond memory. Write-once: what was first kept stands until it is forgotten. A
 * store that is slow or down shows it by being late or empty, never by an exception.
 */
public interface ResultStore extends AutoCloseable {
    /** A result at rest, and the tier that held it. */
    record Held(StatusSnapshot snapshot, Tier tier) {}

    /** What became of a result handed to {@link #importAll}. */
    enum Import {
        IMPORTED,
        ALREADY_THERE,
        CONFLICT
    }

    /**
     * Starts to look for the result of {@code id}; the future ends with what is held and intact, with nothing where there
     * is none or the store can't tell. The caller decides how long to wait for it.
     */
    Future<Optional<Held>> find(ExecutionId id);

    /**
     * Keeps a terminal result and waits for its commit, at most for the store's limit (50 ms), past which the write goes
     * on in a queue. Answers with the result that stands: {@code result}, or an earlier one with another body.
     */
    StatusSnapshot keep(StatusSnapshot result);

    /**
     * Removes the result of {@code id}, writes still queued included, and answers with the tiers that held one.
     *
     * @throws StoreUnavailableException if it can't be known to be gone
     */
    Set<Tier> forget(ExecutionId id);

    /**
     * The results of {@code id} at rest, writes still queued included, tier by tier, nearest first.
     *
     * @throws StoreUnavailableException if nothing is known of {@code id} and the store can't be read
     */
    List<Held> inspect(ExecutionId id);

    /**
     * At most {@code limit} results in the order of their ids, from the first after {@code after} on; fewer where bodies
     * are large, and none only at the end.
     *
     * @throws StoreUnavailableException if they can't be read
     */
    List<StatusSnapshot> page(Optional<ExecutionId> after, int limit);

    /**
     * Keeps terminal {@code results} in one commit and says of each, in order, what became of it.
     *
     * @throws StoreUnavailableException if they can't be committed
     */
    List<Import> importAll(List<StatusSnapshot> results);

    /**
     * Has {@code listener} told the result that stands whenever a late write finds an earlier, different one: {@link #keep}
     * has answered with the later one by then. A store with no late writes never calls it.
     */
    default void onLateConflict(Consumer<StatusSnapshot> listener) {}

    /** How this store is doing. Never blocks. */
    default StoreState state() {
        return new StoreState(true, 0, 0, 0, "open");
    }

    /** Writes what is queued, at most for the store's own limit, and lets go of files and connections. */
    @Override
    void close();
}
