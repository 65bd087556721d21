package io.taskstatus.gateway.store;

import io.taskstatus.gateway.status.ExecutionId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The leases that this replica holds, which one thread renews until they are ended. */
final class ClusterLeases implements AutoCloseable {
    /** How long a lease outlives a replica that died. */
    static final Duration LENGTH = Duration.ofMillis(1_500);

    private static final Duration RENEWAL = Duration.ofMillis(400);

    /** One fetch's right to be the only one. Its token is nobody else's. */
    record Lease(ExecutionId id, String token) {}

    private final RedisLink link;
    private final RedisKeys keys;
    private final String replica;
    private final AtomicLong tokens = new AtomicLong();
    private final Set<Lease> held = ConcurrentHashMap.newKeySet();
    private final Thread renewer;

    ClusterLeases(RedisLink link, RedisKeys keys) {
        this.link = link;
        this.keys = keys;
        byte[] name = new byte[8];
        new SecureRandom().nextBytes(name);
        this.replica = HexFormat.of().formatHex(name);
        this.renewer = Thread.ofPlatform().name("lease-renewal").daemon().start(this::renewAll);
    }

    /** A name for this replica that no other has. */
    String replica() {
        return replica;
    }

    /** A lease to ask Redis for. */
    Lease propose(ExecutionId id) {
        return new Lease(id, replica + '-' + tokens.incrementAndGet());
    }

    /** Redis granted it: it is renewed from here on. */
    void hold(Lease lease) {
        held.add(lease);
    }

    /** It is renewed no more. */
    void letGo(Lease lease) {
        held.remove(lease);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // a renewal that fails costs the lease, and the fetch goes on
    private void renewAll() {
        try {
            while (true) {
                Thread.sleep(RENEWAL);
                for (Lease lease : held) {
                    link.run(
                            RedisScript.RENEW,
                            List.of(keys.lease(lease.id())),
                            List.of(lease.token(), LENGTH.toMillis()),
                            RENEWAL);
                }
            }
        } catch (InterruptedException closed) {
            // nothing is renewed any more
        }
    }

    @Override
    public void close() {
        renewer.interrupt();
    }
}
