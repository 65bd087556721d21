package io.taskstatus.gateway.store;

import io.taskstatus.gateway.lookup.ResultStore;
import io.taskstatus.gateway.lookup.ResultStore.Held;
import io.taskstatus.gateway.lookup.StoreUnavailableException;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.store.RedisBeat.Purge;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/** Does here what was purged elsewhere: in memory, in flights, in the store below; goes on trying until that is done. */
final class PurgeFollower implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.store");
    private static final Duration RETRY = Duration.ofSeconds(1);
    /** How far the clock that dated a result may be ahead of Redis's. */
    private static final long SKEW_MICROS = 5_000_000;
    /** Purges that are told to a Redis that has lost them. */
    private static final int REMEMBERED = 10_000;

    private record Order(ExecutionId id, Purge purge, boolean replayed) {}

    private final ResultStore below;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    /** How many orders wait for each id. */
    private final Map<ExecutionId, Integer> pending = new ConcurrentHashMap<>();

    private final LinkedHashSet<Purge> recent = new LinkedHashSet<>();
    private final Thread thread;
    private volatile Consumer<ExecutionId> forgetLocally = id -> {};

    PurgeFollower(ResultStore below) {
        this.below = below;
        this.thread = Thread.ofPlatform().name("purge-follower").daemon().start(this::follow);
    }

    /** Whom to tell that memory must forget an id, and that what its flights bring must not be kept. */
    void tell(Consumer<ExecutionId> newForgetLocally) {
        forgetLocally = newForgetLocally;
    }

    /** Has memory forget {@code id}. */
    void forgetLocally(ExecutionId id) {
        forgetLocally.accept(id);
    }

    /** What the store below holds of {@code id} counts no more, even where it can't be removed yet. */
    boolean isPending(ExecutionId id) {
        return !pending.isEmpty() && pending.containsKey(id);
    }

    /** A purge that another replica made; {@code replayed} where that may be long ago, and a newer result be held. */
    void follow(Purge purge, boolean replayed) {
        if (remember(purge)) {
            ExecutionId.parse(purge.id()).ifPresent(id -> {
                pending.merge(id, 1, Integer::sum);
                forgetLocally.accept(id);
                orders.add(new Order(id, purge, replayed));
            });
        }
    }

    /** Purges that this replica knows of, the oldest first. */
    List<Purge> recent() {
        synchronized (recent) {
            return List.copyOf(recent);
        }
    }

    /** Answers whether it is news. */
    boolean remember(Purge purge) {
        synchronized (recent) {
            boolean news = recent.add(purge);
            if (recent.size() > REMEMBERED) {
                recent.removeFirst();
            }
            return news;
        }
    }

    /** Whether what is held of {@code id} was fetched after {@code purge}. */
    private boolean isNewer(ExecutionId id, Purge purge) {
        long purgedAt = Long.parseLong(purge.at());
        Optional<Held> held = below.inspect(id).stream().findFirst();
        return held.isPresent() && held.get().snapshot().fetchedAt().toEpochMilli() * 1_000 > purgedAt + SKEW_MICROS;
    }

    private void follow() {
        try {
            while (true) {
                Order order = orders.take();
                try {
                    if (!order.replayed() || !isNewer(order.id(), order.purge())) {
                        below.forget(order.id());
                    }
                    forgetLocally.accept(order.id());
                    pending.computeIfPresent(order.id(), (id, orders) -> orders == 1 ? null : orders - 1);
                } catch (RuntimeException fault) {
                    if (!(fault instanceof StoreUnavailableException)) {
                        LOG.error("A purge of another replica could not be followed yet", fault);
                    }
                    orders.add(order);
                    Thread.sleep(RETRY);
                }
            }
        } catch (InterruptedException closed) {
            // the stream of purges is read again at the next start
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
