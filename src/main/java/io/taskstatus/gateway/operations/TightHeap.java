package io.taskstatus.gateway.operations;

import com.sun.management.GarbageCollectionNotificationInfo;
import com.sun.management.GcInfo;
import io.taskstatus.gateway.lookup.Holdings;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.HashMap;
import java.util.Map;
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

    /** Of the heap, in percent, in use after a collection: from here on memory gives way. */
    private static final int TIGHT = 75;

    /** Below this it has its room back. */
    private static final int EASY = 50;

    private final LongSupplier giveWay;
    private final Runnable regain;
    private boolean tight;

    /** @param giveWay makes room, and answers how many bytes memory may hold from then on */
    TightHeap(LongSupplier giveWay, Runnable regain) {
        this.giveWay = giveWay;
        this.regain = regain;
    }

    /** Watches the heap of this process. */
    public static void watch(Holdings holdings) {
        TightHeap heap = new TightHeap(holdings::giveWay, holdings::regain);
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
        if (!collection.getGcAction().equals("end of minor GC")) {
            collected(inUse(collection.getGcInfo()), Runtime.getRuntime().maxMemory());
        }
    }

    private static long inUse(GcInfo collection) {
        Map<String, MemoryUsage> left = new HashMap<>(collection.getMemoryUsageAfterGc());
        ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.NON_HEAP)
                .forEach(pool -> left.remove(pool.getName()));
        return left.values().stream().mapToLong(MemoryUsage::getUsed).sum();
    }

    /** After a collection so many bytes are in use of the most that there can be. */
    synchronized void collected(long used, long most) {
        long percent = 100 * used / most;
        if (percent >= TIGHT) {
            long limit = giveWay.getAsLong();
            tight = true;
            LOG.warnf(
                    "%d %% of the heap of %d MiB are in use: memory holds at most %d KiB for now. "
                            + "Give more heap or lower gateway.memory.max-size",
                    percent, most >> 20, limit >> 10);
        } else if (tight && percent < EASY) {
            regain.run();
            tight = false;
            LOG.infof("%d %% of the heap are in use: memory has all its room again", percent);
        }
    }
}
