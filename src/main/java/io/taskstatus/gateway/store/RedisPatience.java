package io.taskstatus.gateway.store;

import java.time.Duration;

/**
 * How long requests are held back by a Redis that does not answer: two in a row that are not answered open the circuit,
 * so the first request adds the first two together, and those after it nothing.
 *
 * @param find looking for a result; less than the lookup waits for a store
 * @param lease asking for the right to fetch
 * @param commit keeping a result, beside the store below
 * @param quick a beat that takes longer shows a Redis that is too slow to be asked
 */
record RedisPatience(Duration find, Duration lease, Duration commit, Duration quick) {
    static final RedisPatience USUAL = new RedisPatience(
            Duration.ofMillis(25), Duration.ofMillis(25), Duration.ofMillis(50), Duration.ofMillis(25));
}
