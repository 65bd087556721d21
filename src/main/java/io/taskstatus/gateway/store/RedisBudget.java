package io.taskstatus.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a Redis that is slow, but not so slow that it is left alone, may cost a fetch: it is asked up to three times, and
 * each has what the others left.
 */
final class RedisBudget {
    private final RedisPatience patience;
    private final Cache<ExecutionId, AtomicLong> spent;

    /** @param longest how long a fetch may take */
    RedisBudget(RedisPatience patience, Duration longest) {
        this.patience = patience;
        spent = Caffeine.newBuilder()
                .expireAfterWrite(longest)
                .maximumSize(100_000)
                .executor(Runnable::run)
                .build();
    }

    /** A fetch of {@code id} begins, or may begin. */
    void begin(ExecutionId id) {
        spent.put(id, new AtomicLong());
    }

    /** It was held back for {@code nanos}. */
    void spend(ExecutionId id, long nanos) {
        AtomicLong sum = spent.getIfPresent(id);
        if (sum != null) {
            sum.addAndGet(nanos);
        }
    }

    /** For how long it may ask for the lease. */
    Duration lease(ExecutionId id) {
        return least(id, patience.lease());
    }

    /** For how long it may wait for its result to be kept. */
    Duration commit(ExecutionId id) {
        return least(id, patience.commit());
    }

    private Duration least(ExecutionId id, Duration most) {
        AtomicLong sum = spent.getIfPresent(id);
        long left = Math.max(0, patience.total().toNanos() - (sum == null ? 0 : sum.get()));
        return Duration.ofNanos(Math.min(left, most.toNanos()));
    }
}
