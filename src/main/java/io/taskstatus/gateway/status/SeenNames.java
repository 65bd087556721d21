package io.taskstatus.gateway.status;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Tells whether a name came twice, and remembers 8 bytes of each: 4 MiB of short names would take ten times as much as
 * strings in a set. What is remembered is a polynomial in the name's characters, modulo a prime, at a point chosen anew for
 * each body: whatever names of a thousand characters are chosen, two different ones count as the same once in 2^51 pairs.
 */
final class SeenNames {
    private static final long PRIME = (1L << 61) - 1;

    private final long point = ThreadLocalRandom.current().nextLong(1L << 32, PRIME);

    /** Open addressing; 0 is a free place. */
    private long[] places = new long[16];

    private int taken;

    /** Notes {@code name}; answers whether it is the first of its kind. */
    boolean add(String name) {
        if (4L * taken >= 3L * places.length) {
            grow();
        }
        boolean isNew = put(places, hash(name));
        taken += isNew ? 1 : 0;
        return isNew;
    }

    private void grow() {
        long[] larger = new long[2 * places.length];
        for (long hash : places) {
            if (hash != 0) {
                put(larger, hash);
            }
        }
        places = larger;
    }

    private static boolean put(long[] places, long hash) {
        int last = places.length - 1;
        int at = ((int) hash) & last;
        while (places[at] != 0) {
            if (places[at] == hash) {
                return false;
            }
            at = (at + 1) & last;
        }
        places[at] = hash;
        return true;
    }

    /** Never 0. */
    private long hash(String name) {
        long hash = 1;
        for (int i = 0; i < name.length(); i++) {
            hash = times(hash, point) + name.charAt(i) + 1;
            hash -= hash >= PRIME ? PRIME : 0;
        }
        return hash + 1;
    }

    /** The product modulo the prime, of which 2^61 leaves 1. */
    private static long times(long one, long other) {
        long low = one * other;
        long sum = (low & PRIME) + ((Math.multiplyHigh(one, other) << 3) | (low >>> 61));
        return sum >= PRIME ? sum - PRIME : sum;
    }
}
