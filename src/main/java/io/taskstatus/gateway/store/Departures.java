package io.taskstatus.gateway.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.Optional;

/**
 * Under which purge mark the last fetch of an id began here, so that what it brings is not kept where the id was purged
 * meanwhile.
 */
final class Departures {
    /**
     * @param mark the purge mark then, empty for none; nothing where Redis could not tell
     * @param at when, in {@link io.taskstatus.gateway.lookup.Time#ticks()}
     */
    record Departure(Optional<String> mark, long at) {}

    private final Cache<ExecutionId, Departure> last;

    /** @param longest how long a fetch may take, and what it brought wait for being kept */
    Departures(Duration longest) {
        last = Caffeine.newBuilder()
                .expireAfterWrite(longest)
                .maximumSize(100_000)
                .executor(Runnable::run)
                .build();
    }

    void begin(ExecutionId id, Departure departure) {
        last.put(id, departure);
    }

    Optional<Departure> of(ExecutionId id) {
        return Optional.ofNullable(last.getIfPresent(id));
    }
}
