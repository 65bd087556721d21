package io.taskstatus.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.upstream.UpstreamReply.BodyEnd;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** However a body is split on its way, all of it is there, or it is known why not. */
class IncomingBodyPropertyTest {
    /** Bytes that come in pieces of any size, and maybe an end of the connection before the end. */
    private static final class Pieces extends InputStream {
        private final byte[] bytes;
        private final int cutAt;
        private final SplittableRandom random;
        private int at;

        Pieces(byte[] bytes, int cutAt, SplittableRandom random) {
            this.bytes = bytes;
            this.cutAt = cutAt;
            this.random = random;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            if (at >= cutAt) {
                throw new IOException("cut");
            }
            if (at == bytes.length) {
                return -1;
            }
            int most = Math.min(length, Math.min(bytes.length, cutAt) - at);
            int count = random.nextInt(8) == 0 ? 1 : random.nextInt(1, most + 1);
            System.arraycopy(bytes, at, target, offset, count);
            at += count;
            return count;
        }
    }

    @Property(tries = 4_000)
    void aBodyIsTakenHoweverItIsSplit(@ForAll long seed) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[] body = new byte[random.nextInt(1 << random.nextInt(1, 20))];
        random.nextBytes(body);
        boolean cut = random.nextInt(4) == 0;
        boolean declared = random.nextBoolean();
        int limit = Math.max(1, body.length + random.nextInt(-20, random.nextBoolean() ? 20 : 40_000));
        int cutAt = cut ? random.nextInt(body.length + 1) : Integer.MAX_VALUE;
        int length = declared && body.length <= limit ? body.length : 0;
        BodyRoom room = new BodyRoom(4 << 20);
        try (BodyRoom.Share share = room.share()) {
            IncomingBody incoming = new IncomingBody(length, limit, share);

            BodyEnd end = incoming.readFrom(new Pieces(body, cutAt, random));

            int came = Math.min(Math.min(body.length, cutAt), limit);
            assertThat(incoming.bytes()).isEqualTo(Arrays.copyOf(body, came));
            boolean tooLarge = Math.min(body.length, cutAt) > limit;
            assertThat(end).isEqualTo(tooLarge ? BodyEnd.TOO_LARGE : cut ? BodyEnd.TRUNCATED : BodyEnd.COMPLETE);
        }
    }
}
