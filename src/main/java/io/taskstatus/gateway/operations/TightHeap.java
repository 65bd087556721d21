package io.taskstatus.gateway.operations;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import io.taskstatus.gateway.lookup.Holdings;
import io.taskstatus.gateway.lookup.Time;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jboss.logging.Logger;

/**
 * Has memory give way where the heap gets tight: what memory may hold at most, bodies on their way and 20,000 connections
 * do not fit into the image's heap together, and a gateway without heap ends. Learns how much is in use from the
 * collections that look at the whole heap, as the collectors' beans report them. Native code reports none (oracle/graal
 * issue 13995) and goes on as it is.
 */
public final class TightHeap {
    private static final Logger LOG = Logger.getLogger("io.taskstatus.gateway.memory");

    /** What collectors call the end of a collection after which only what is alive is in use. */
    private static final Set<String> WHOLE = Set.of("end of major GC", "end of GC cycle");

    /** Of the heap, in percent, in use after a collection: from here on memory gives way. */
    private static final int TIGHT = 75;

    /** So long after the last such collection memory has its room back. */
    private static final Duration RELIEF = Duration.ofMinutes(1);

    /** Of a memory that holds next to nothing there is no more to tell. */
    private static final long WORTH_TELLING = 1 << 20;

    private final LongSupplier giveWay;
    private final Runnable regain;
    private final Time time;
    private boolean tight;
    private long tightAt;

    /** @param giveWay makes room, and answers how many bytes memory may hold from then on */
    TightHeap(LongSupplier giveWay, Runnable regain, Time time) {
        this.giveWay = giveWay;
        this.regain = regain;
        this.time = time;
    }

    /** Watches the heap of this process. */
    public static void watch(Holdings holdings, Time time) {
        TightHeap heap = new TightHeap(holdings::giveWay, holdings::regain, time);
        NotificationListener listener = (notification, handback) -> heap.hear(notification);
        ManagementFactory.getGarbageCollectorMXBeans().stream()
                .filter(NotificationEmitter.class::isInstance)
                .map(NotificationEmitter.class::cast)
                .forEach(collector -> collector.addNotificationListener(listener, null, null));
    }

    private void hear(Notification notification) {
        if (!(notification.getUserData() instanceof CompositeData data)
                || !notification.getType().equals(GarbageCollectionNotificationInfo.GARBAGE_COLLECTION_NOTIFICATION)) {
            return;
        }
        GarbageCollectionNotificationInfo collection = GarbageCollectionNotificationInfo.from(data);
        if (WHOLE.contains(collection.getGcAction())) {
            collected(inUse(collection.getGcInfo()), Runtime.getRuntime().maxMemory());
        } else {
            ease();
        }
    }

    private static long inUse(GcInfo collection) {
        Map<String, MemoryUsage> left = new HashMap<>(collection.getMemoryUsageAfterGc());
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.NON_HEAP)
                .forEach(pool -> left.remove(pool.getName()));
        return left.values().stream().mapToLong(MemoryUsage::getUsed).sum();
    }

    /** After a collection of the whole heap so many bytes are in use of the most that there can be. */
    synchronized void collected(long used, long most) {
        long percent = 100 * used / most;
        if (percent < TIGHT) {
            ease();
            return;
        }
        long limit = giveWay.getAsLong();
        if (!tight || limit >= WORTH_TELLING) {
            LOG.warnf(
                    "%d %% of the heap of %d MiB are in use: memory holds at most %d KiB for now. "
                            + "Give more heap or lower gateway.memory.max-size",
                    percent, most >> 20, limit >> 10);
        }
        tight = true;
        tightAt = time.ticks();
    }

    /** After any other collection. */
    synchronized void ease() {
        if (tight && time.ticks() - tightAt >= RELIEF.toNanos()) {
            tight = false;
            regain.run();
            LOG.infof("Memory has all its room again");
        }
    }
}
