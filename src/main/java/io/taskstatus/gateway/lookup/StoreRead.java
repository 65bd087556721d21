package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.ResultStore.Held;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A read of the store under way: slow or broken, it holds nobody up and has found nothing. */
record StoreRead(Future<Optional<Held>> result) {

    /** What it has found, once {@code patience} has passed at the latest. */
    Optional<Held> within(Duration patience) {
        try {
            return result.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | CancellationException slowOrBroken) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
