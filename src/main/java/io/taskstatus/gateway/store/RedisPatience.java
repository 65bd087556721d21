package io.taskstatus.gateway.store;

import java.time.Duration;

/**
 * How long requests are held back by a Redis that does not answer. The first that is not answered in time opens the
 * circuit, so that no request is held back twice, and those after it not at all.
 *
 * @param find looking for a result; less than the lookup waits for a store
 * @param lease asking for the right to fetch
 * @param commit keeping a result, beside the store below
 * @param total all of these together, of one fetch; see {@link RedisBudget}
 * @param quick a beat that takes longer shows a Redis that is too slow to be asked
 * @param silence after so long without an answer to a beat nobody waits for another replica's fetch
 */
record RedisPatience(Duration find, Duration lease, Duration commit, Duration total, Duration quick, Duration silence) {
    static final RedisPatience USUAL = new RedisPatience(
            Duration.ofMillis(45),
            Duration.ofMillis(45),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            Duration.ofMillis(45),
            Duration.ofMillis(150));
}
