package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Kept.Settled;
import io.taskstatus.gateway.lookup.Kept.Unsettled;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What the tiers hold, for those who look after it: inspected, purged, brought back. Fetches nothing. */
public final class Holdings {
    private final SnapshotMemory memory;
    private final Flights flights;
    private final ResultStore store;
    private final LookupObserver observer;

    Holdings(SnapshotMemory memory, Flights flights, ResultStore store, LookupObserver observer) {
        this.memory = memory;
        this.flights = flights;
        this.store = store;
        this.observer = observer;
        store.onLateConflict(this::standCorrected);
    }

    /**
     * Removes what every tier holds of {@code id} and answers with the tiers that held a result. Neither a flight under
     * way nor a queued write brings the old body back: flights are told before and after the store forgets, and memory
     * comes last, so that a flight that read the old body in between finds no way to keep it.
     *
     * @throws StoreUnavailableException if the store can't forget now
     */
    public Set<Tier> forget(ExecutionId id) {
        flights.purge(id);
        Set<Tier> removed = EnumSet.noneOf(Tier.class);
        removed.addAll(store.forget(id));
        flights.purge(id);
        if (memory.get(id) instanceof Settled || memory.get(id) instanceof Unsettled) {
            removed.add(Tier.MEMORY);
        }
        memory.remove(id);
        return removed;
    }

    /** Takes {@code id} out of memory alone, as when another replica purged it. */
    public void forgetLocally(ExecutionId id) {
        flights.purge(id);
        memory.remove(id);
    }

    /**
     * Keeps terminal results that an operator brings, as a fetch would have: an id that is Running in memory is terminal
     * from here on. Says of each, in order, what became of it.
     *
     * @throws StoreUnavailableException if the store can't commit them now
     */
    public List<ResultStore.Import> importAll(List<StatusSnapshot> results) {
        List<ResultStore.Import> outcomes = store.importAll(results);
        List<ResultStore.Import> settled = new ArrayList<>(outcomes.size());
        for (int i = 0; i < outcomes.size(); i++) {
            settled.add(settleImported(results.get(i), outcomes.get(i)));
        }
        return settled;
    }

    /** The store held an earlier result than the one that memory got while the store was slow: the first stands. */
    private void standCorrected(StatusSnapshot standing) {
        observer.conflict();
        memory.update(standing.id(), before -> before instanceof Settled ? new Settled(standing) : before);
    }

    /** A conflict takes what is not terminal out of memory: the store knows better. */
    private ResultStore.Import settleImported(StatusSnapshot result, ResultStore.Import outcome) {
        ResultStore.Import[] settled = {outcome};
        memory.update(result.id(), before -> {
            if (before instanceof Settled earlier) {
                if (outcome == ResultStore.Import.IMPORTED) {
                    settled[0] = earlier.snapshot().sameBodyAs(result)
                            ? ResultStore.Import.ALREADY_THERE
                            : ResultStore.Import.CONFLICT;
                }
                return earlier;
            }
            return outcome == ResultStore.Import.CONFLICT ? null : new Settled(result);
        });
        return settled[0];
    }

    /**
     * What each tier holds of {@code id}, nearest first; fetches nothing.
     *
     * @throws StoreUnavailableException if no tier that can be asked holds anything
     */
    public List<Held> inspect(ExecutionId id) {
        List<Held> held = new ArrayList<>();
        switch (memory.get(id)) {
            case Settled settled -> held.add(new Held(settled.snapshot(), Tier.MEMORY));
            case Unsettled unsettled -> held.add(new Held(unsettled.snapshot(), Tier.MEMORY));
            case null, default -> {}
        }
        try {
            held.addAll(store.inspect(id));
        } catch (StoreUnavailableException unreadable) {
            if (held.isEmpty()) {
                throw unreadable;
            }
        }
        return held;
    }

    /** Entries in memory, at a glance. */
    public long memoryEntries() {
        return memory.entries();
    }

    /** Bytes that count against the limit of memory. */
    public long memoryBytes() {
        return memory.weight();
    }

    /** Entries that had to leave memory for want of room. */
    public long memoryEvictions() {
        return memory.evictions();
    }

    /**
     * Takes half of what memory holds out of it, the coldest first, and keeps it from growing again: results are in the
     * store, what is under way is fetched again. Answers the limit from here on, in bytes.
     */
    public long giveWay() {
        return memory.giveWay();
    }

    /** Memory may be as large again as the settings say. */
    public void regain() {
        memory.regain();
    }
}
