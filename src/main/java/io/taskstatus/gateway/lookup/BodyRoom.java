package io.taskstatus.gateway.lookup;

import java.util.IdentityHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Room in the heap for the large bodies that are on their way in or out: 32 of 4 MiB would fill the image's. One that comes
 * in and finds no room waits for its turn before it is read on; those that go out are here already, and keep others from
 * coming in. Bodies of usual size need no room.
 */
public final class BodyRoom {
    /** Up to here a body needs no room. */
    public static final int SMALL = 256 * 1024;

    /** Of the heap; memory's own entries may take half of the image's, and what comes in goes out before it is all gone. */
    private static final int PART = 10;

    /** Permits that may be overdrawn. */
    private static final class Bytes extends Semaphore {
        private static final long serialVersionUID = 1;

        Bytes(int size) {
            super(size, true);
        }

        void overdraw(int bytes) {
            reducePermits(bytes);
        }
    }

    private final int size;
    private final Bytes room;
    private final Semaphore reader = new Semaphore(1, true);
    /** How often each large body is being sent, by identity. Guarded by itself. */
    private final IdentityHashMap<byte[], Integer> leaving = new IdentityHashMap<>();

    /** @param size in bytes; a body that is larger takes all of it */
    public BodyRoom(int size) {
        this.size = size;
        this.room = new Bytes(size);
    }

    /** As much as the heap of this process allows. */
    public static BodyRoom ofHeap() {
        return new BodyRoom(
                (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() / PART));
    }

    /** What one body takes that comes in, until it is in its final place. */
    public Share share() {
        return new Share();
    }

    /** Does what takes once or twice the memory of {@code body} beside it: for one large body at a time. */
    public <T> T alone(byte[] body, Supplier<T> work) {
        if (body.length <= SMALL) {
            return work.get();
        }
        reader.acquireUninterruptibly();
        try {
            return work.get();
        } finally {
            reader.release();
        }
    }

    /** Notes that {@code body} is being sent; however many it is sent to, it is there once. */
    public void leave(byte[] body) {
        if (body.length > SMALL) {
            synchronized (leaving) {
                if (leaving.merge(body, 1, Integer::sum) == 1) {
                    room.overdraw(body.length);
                }
            }
        }
    }

    /** Notes that {@code body} was sent, or will not be. */
    public void left(byte[] body) {
        if (body.length > SMALL) {
            synchronized (leaving) {
                if (leaving.merge(body, -1, (before, one) -> before == 1 ? null : before - 1) == null) {
                    room.release(body.length);
                }
            }
        }
    }

    /** A part of the room. */
    public final class Share implements AutoCloseable {
        private int taken;
        private boolean waiting;
        private boolean closed;

        /** Waits until there is room for {@code bytes}, once for each share. */
        public void take(long bytes) throws InterruptedException {
            int wanted = (int) Math.min(size, bytes);
            note(true);
            room.acquire(wanted);
            synchronized (this) {
                waiting = false;
                if (closed) {
                    room.release(wanted);
                    throw new InterruptedException("given up");
                }
                taken = wanted;
            }
        }

        private synchronized void note(boolean waits) {
            waiting = waits;
        }

        /** Whether there is no room yet for what is wanted. */
        public synchronized boolean isWaiting() {
            return waiting;
        }

        @Override
        public synchronized void close() {
            closed = true;
            room.release(taken);
            taken = 0;
        }
    }
}
