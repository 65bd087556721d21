package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.StoreObserver;
import io.taskstatus.gateway.lookup.StoreObserver.Operation;
import io.taskstatus.gateway.lookup.StoreState;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.lookup.Tier;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.store.Departures.Departure;
import io.taskstatus.gateway.store.RedisResults.Kept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Results that replicas share, over the store that this replica has for itself. Redis decides which result stands; while
 * it is away the store below does, and what it decided is offered to Redis later.
 */
final class RedisResultStore implements ResultStore {
    /** How long an operator waits for Redis. */
    private static final Duration OPERATOR_PATIENCE = Duration.ofSeconds(5);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

    private final ResultStore below;
    private final RedisResults results;
    private final WriteBack writeBack;
    private final PurgeFollower purges;
    private final Departures departures;
    private final RedisBudget budget;
    private final StoreObserver observer;
    private final Time time;
    private final BooleanSupplier isOpen;
    private final Supplier<String> detail;
    private final Runnable onClose;
    private volatile Consumer<StatusSnapshot> lateConflicts = standing -> {};

    /**
     * @param budget how long a result waits for Redis to have it
     * @param isOpen whether Redis is asked now
     * @param detail how Redis is doing, in words for an operator
     * @param onClose lets go of connections and threads
     */
    RedisResultStore(
            ResultStore below,
            RedisResults results,
            WriteBack writeBack,
            PurgeFollower purges,
            Departures departures,
            RedisBudget budget,
            StoreObserver observer,
            Time time,
            BooleanSupplier isOpen,
            Supplier<String> detail,
            Runnable onClose) {
        this.below = below;
        this.results = results;
        this.writeBack = writeBack;
        this.purges = purges;
        this.departures = departures;
        this.budget = budget;
        this.observer = observer;
        this.time = time;
        this.isOpen = isOpen;
        this.detail = detail;
        this.onClose = onClose;
    }

    /** Both are asked at once; Redis has the last word, so that all replicas give the same one. */
    @Override
    public Future<Optional<Held>> find(ExecutionId id) {
        Optional<StatusSnapshot> waiting = writeBack.find(id);
        if (waiting.isPresent()) {
            return CompletableFuture.completedFuture(Optional.of(new Held(waiting.get(), Tier.STORE)));
        }
        Future<Optional<Held>> local = below.find(id);
        budget.begin(id);
        if (!isOpen.getAsBoolean()) {
            return purges.isPending(id) ? CompletableFuture.completedFuture(Optional.empty()) : local;
        }
        long start = time.ticks();
        return results.find(id)
                .whenComplete((shared, fault) -> budget.spend(id, time.ticks() - start))
                .thenCompose(shared -> shared.isPresent()
                        ? CompletableFuture.completedFuture(shared.map(result -> new Held(result, Tier.SHARED)))
                        : found(id, local).thenApply(held -> offer(held)))
                .exceptionallyCompose(unavailable -> found(id, local));
    }

    private CompletableFuture<Optional<Held>> found(ExecutionId id, Future<Optional<Held>> local) {
        if (purges.isPending(id)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return local instanceof CompletableFuture<Optional<Held>> future
                ? future
                : CompletableFuture.supplyAsync(() -> await(local), task -> Thread.startVirtualThread(task));
    }

    private static Optional<Held> await(Future<Optional<Held>> local) {
        try {
            return local.get();
        } catch (ExecutionException broken) {
            return Optional.empty();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }

    /** Redis does not have what this replica holds: it has lost it, or was away. */
    private Optional<Held> offer(Optional<Held> held) {
        held.ifPresent(here -> writeBack.add(here.snapshot(), RedisResults.UNKNOWN));
        return held;
    }

    @Override
    public StatusSnapshot keep(StatusSnapshot result) {
        long start = time.ticks();
        Duration patience = budget.commit(result.id());
        Optional<Departure> departure = departures.of(result.id());
        CompletableFuture<Kept> shared = departure.isPresent()
                ? results.keep(result, departure.get(), patience)
                : results.keepAnyway(result, patience);
        StatusSnapshot here = below.keep(result);
        Duration left = patience.minusNanos(time.ticks() - start);
        try {
            Kept kept = shared.get(Math.max(0, left.toNanos()), TimeUnit.NANOSECONDS);
            observer.took(Operation.KEEP, Duration.ofNanos(time.ticks() - start));
            return settle(result, here, kept);
        } catch (TimeoutException | ExecutionException late) {
            // who can't be asked is asked later
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
        if (!writeBack.add(here, departure.orElse(new Departure(Optional.empty(), time.ticks())))) {
            observer.failed(Operation.QUEUE);
        }
        observer.wroteLate();
        return here;
    }

    /** What Redis decided also holds below. */
    private StatusSnapshot settle(StatusSnapshot result, StatusSnapshot here, Kept kept) {
        return switch (kept) {
            case Kept.Standing standing -> {
                StatusSnapshot stands = standing.snapshot().orElse(result);
                if (!stands.sameBodyAs(here)) {
                    replaceBelow(here.id(), Optional.of(stands));
                }
                yield stands;
            }
            case Kept.Purged purged -> {
                replaceBelow(here.id(), Optional.empty());
                yield result;
            }
        };
    }

    /** Redis has decided on a result that was written later: where another stands, or none, this replica follows. */
    void decided(StatusSnapshot result, Kept kept) {
        switch (kept) {
            case Kept.Standing standing ->
                standing.snapshot()
                        .filter(earlier -> !earlier.sameBodyAs(result))
                        .ifPresent(earlier -> {
                            settle(result, result, kept);
                            purges.forgetLocally(result.id());
                            lateConflicts.accept(earlier);
                        });
            case Kept.Purged purged -> {
                settle(result, result, kept);
                purges.forgetLocally(result.id());
            }
        }
    }

    @Override
    public void onLateConflict(Consumer<StatusSnapshot> listener) {
        lateConflicts = listener;
        below.onLateConflict(earlier -> Thread.startVirtualThread(() -> conflictBelow(earlier)));
    }

    /**
     * The store below was late to find that it held {@code earlier}, another result than the one just kept. Where Redis
     * has decided, that stands; where it is away, {@code earlier} does, and is what Redis will be offered.
     */
    private void conflictBelow(StatusSnapshot earlier) {
        ExecutionId id = earlier.id();
        StatusSnapshot standing = await(results.find(id).exceptionally(unavailable -> Optional.empty()))
                .orElse(earlier);
        if (standing.sameBodyAs(earlier)) {
            writeBack.remove(id);
            offer(Optional.of(new Held(earlier, Tier.STORE)));
        } else {
            replaceBelow(id, Optional.of(standing));
        }
        lateConflicts.accept(standing);
    }

    private void replaceBelow(ExecutionId id, Optional<StatusSnapshot> stands) {
        Thread.startVirtualThread(() -> {
            try {
                below.forget(id);
                stands.ifPresent(below::keep);
            } catch (StoreUnavailableException down) {
                observer.failed(Operation.FORGET);
            }
        });
    }

    @Override
    public Set<Tier> forget(ExecutionId id) {
        long start = time.ticks();
        boolean removed = await(results.purge(id, OPERATOR_PATIENCE));
        observer.took(Operation.FORGET, Duration.ofNanos(time.ticks() - start));
        Set<Tier> tiers = EnumSet.noneOf(Tier.class);
        if (removed) {
            tiers.add(Tier.SHARED);
        }
        if (writeBack.remove(id)) {
            tiers.add(Tier.STORE);
        }
        tiers.addAll(below.forget(id));
        return tiers;
    }

    @Override
    public List<Held> inspect(ExecutionId id) {
        List<Held> held = new ArrayList<>(purges.isPending(id) ? List.of() : below.inspect(id));
        if (held.isEmpty()) {
            writeBack.find(id).ifPresent(result -> held.add(new Held(result, Tier.STORE)));
        }
        await(results.find(id).exceptionally(unavailable -> Optional.empty()))
                .ifPresent(result -> held.add(new Held(result, Tier.SHARED)));
        return held;
    }

    /**
     * What is held here and what is shared; the shared one where they differ. Either may have been cut short: past the
     * end of the shorter one the other is left for the next page.
     */
    @Override
    public List<StatusSnapshot> page(Optional<ExecutionId> after, int limit) {
        NavigableMap<String, StatusSnapshot> page = new TreeMap<>();
        List<StatusSnapshot> here = below.page(after, limit);
        here.forEach(result -> page.put(result.id().value(), result));
        List<StatusSnapshot> shared = await(results.page(after, limit, OPERATOR_PATIENCE));
        shared.forEach(result -> page.put(result.id().value(), result));
        String end = Stream.of(here, shared)
                .filter(part -> !part.isEmpty())
                .map(part -> part.getLast().id().value())
                .min(Comparator.naturalOrder())
                .orElse("");
        return page.headMap(end, true).values().stream().limit(limit).toList();
    }

    @Override
    public List<Import> importAll(List<StatusSnapshot> imported) {
        List<CompletableFuture<Kept>> writes = imported.stream()
                .map(result -> results.keepAnyway(result, OPERATOR_PATIENCE))
                .toList();
        List<Import> outcomes = new ArrayList<>(imported.size());
        List<StatusSnapshot> standing = new ArrayList<>(imported.size());
        for (int i = 0; i < imported.size(); i++) {
            StatusSnapshot result = imported.get(i);
            Kept kept = await(writes.get(i));
            @Nullable
            StatusSnapshot other =
                    kept instanceof Kept.Standing stands ? stands.snapshot().orElse(null) : null;
            if (other == null) {
                outcomes.add(Import.IMPORTED);
            } else {
                outcomes.add(other.sameBodyAs(result) ? Import.ALREADY_THERE : Import.CONFLICT);
            }
            standing.add(other == null ? result : other);
        }
        below.importAll(standing);
        return outcomes;
    }

    private static <T> T await(CompletableFuture<T> reply) {
        try {
            return reply.get();
        } catch (ExecutionException e) {
            throw new StoreUnavailableException("Redis failed: " + RedisLink.wordsOf(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("Told to stop", e);
        }
    }

    @Override
    public StoreState state() {
        StoreState here = below.state();
        boolean shared = isOpen.getAsBoolean();
        return new StoreState(
                shared && here.up(),
                here.entries(),
                here.bytes(),
                here.queued() + writeBack.size(),
                "redis: " + detail.get() + "; here: " + here.detail());
    }

    @Override
    public void close() {
        try {
            writeBack.close(CLOSE_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        onClose.run();
        below.close();
    }
}
