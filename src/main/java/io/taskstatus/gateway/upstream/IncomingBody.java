package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.upstream.UpstreamReply.BodyEnd;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** A body on its way in: where its length is declared, in an array of just that length, else in one that grows. */
final class IncomingBody {
    private static final int FIRST = 8192;

    private final int limit;
    private final boolean declared;
    private final BodyRoom.Share room;
    private byte[] bytes;
    private int size;

    /**
     * @param length as declared, at most {@code limit}, or 0
     * @param limit the largest that is taken
     * @throws InterruptedException if the body was given up while it waited for room
     */
    IncomingBody(int length, int limit, BodyRoom.Share room) throws InterruptedException {
        this.limit = limit;
        this.declared = length > 0;
        this.room = room;
        if (length > BodyRoom.SMALL) {
            room.take(length);
        }
        this.bytes = new byte[declared ? length : Math.min(FIRST, limit)];
    }

    /** Takes in what comes, up to the limit. */
    BodyEnd readFrom(InputStream stream) throws InterruptedException {
        byte[] one = new byte[1];
        try {
            while (true) {
                if (size == bytes.length && !declared && size < limit) {
                    grow();
                }
                boolean full = size == bytes.length;
                int count = full ? stream.read(one) : stream.read(bytes, size, bytes.length - size);
                if (count < 0) {
                    return BodyEnd.COMPLETE;
                }
                if (full && count > 0) {
                    return BodyEnd.TOO_LARGE;
                }
                size += count;
            }
        } catch (IOException cut) {
            return BodyEnd.TRUNCATED;
        }
    }

    /** The array before stays until it is copied, and so does the last one until what is in it is. */
    private void grow() throws InterruptedException {
        long twice = 2L * bytes.length;
        if (bytes.length <= BodyRoom.SMALL && twice > BodyRoom.SMALL) {
            room.take(2L * limit);
        }
        bytes = Arrays.copyOf(bytes, (int) Math.min(limit, twice));
    }

    /** What came, which nobody changes from here on. */
    byte[] bytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
