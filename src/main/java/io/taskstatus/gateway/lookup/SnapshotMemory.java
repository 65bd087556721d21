package io.taskstatus.gateway.lookup;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Policy;
import com.github.benmanes.caffeine.cache.RemovalCause;
import io.taskstatus.gateway.status.ExecutionId;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What is hot, bounded by weight. Hides Caffeine. */
final class SnapshotMemory {
    private final Cache<ExecutionId, Kept> cache;
    private final long maxWeight;
    private final LongAdder evictions = new LongAdder();
    private volatile Consumer<ExecutionId> onChange = id -> {};

    /** @param maxWeight in bytes, bodies and an overhead for each entry together */
    SnapshotMemory(long maxWeight, Time time) {
        this.maxWeight = maxWeight;
        cache = Caffeine.newBuilder()
                .maximumWeight(maxWeight)
                .weigher((ExecutionId id, Kept kept) -> kept.weight())
                .expireAfter(Expiry.<ExecutionId, Kept>writing(
                        (id, kept) -> java.time.Duration.ofNanos(Math.max(0, kept.retention(time.ticks())))))
                .evictionListener((@Nullable ExecutionId id, @Nullable Kept kept, RemovalCause cause) -> {
                    if (cause == RemovalCause.SIZE) {
                        evictions.increment();
                    }
                })
                .ticker(time::ticks)
                // upkeep is short and never blocks: a hop to another thread would cost more
                .executor(Runnable::run)
                .build();
    }

    /** @param listener hears of each id that something new is held of, on the thread that brought it; it never blocks */
    void onChange(Consumer<ExecutionId> listener) {
        onChange = listener;
    }

    @Nullable
    Kept get(ExecutionId id) {
        return cache.getIfPresent(id);
    }

    /** Replaces what is held of {@code id} in one step; {@code null} in or out stands for nothing held. */
    void update(ExecutionId id, UnaryOperator<@Nullable Kept> change) {
        cache.asMap().compute(id, (key, held) -> change.apply(held));
        onChange.accept(id);
    }

    void remove(ExecutionId id) {
        cache.invalidate(id);
    }

    /** Lets go of half of what is held, and holds no more than that until {@link #regain}. Answers how many bytes that is. */
    long giveWay() {
        long half = weight() / 2;
        limit().setMaximum(half);
        return half;
    }

    /** Holds as much as it was made for. */
    void regain() {
        limit().setMaximum(maxWeight);
    }

    private Policy.Eviction<ExecutionId, Kept> limit() {
        return cache.policy().eviction().orElseThrow();
    }

    long entries() {
        return cache.estimatedSize();
    }

    long weight() {
        cache.cleanUp();
        return limit().weightedSize().orElse(0);
    }

    long evictions() {
        return evictions.sum();
    }
}
