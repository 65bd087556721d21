package io.taskstatus.gateway.web;

import io.netty.buffer.Unpooled;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;

/**
 * Sends a large body piece by piece, each once the one before has left: what waits for a slow reader is copied out of the
 * heap, and a few readers of bodies of 4 MiB would take all the memory that every connection's reads and writes need. One that
 * takes too long for all of it is cut off, for until then the body has its room, which others wait for.
 */
final class BodyPieces {
    /** Bytes from which on a body goes out in pieces. */
    static final int LARGE = 32 * 1024;

    static final int PIECE = 16 * 1024;

    /** For a whole body; at 4 MiB, 35 KB a second. */
    private static final Duration LONGEST = Duration.ofMinutes(2);

    private static final Logger LOG = Logger.getLogger(BodyPieces.class);

    private final HttpServerResponse response;
    private final byte[] body;
    private final BodyRoom room;
    private final long until;
    private int at;

    private BodyPieces(HttpServerResponse response, byte[] body, BodyRoom room, Duration longest) {
        this.response = response;
        this.body = body;
        this.room = room;
        this.until = System.nanoTime() + longest.toNanos();
    }

    /** Sends all of {@code body}, whose length the head declares, and ends {@code response}. */
    static void send(HttpServerResponse response, byte[] body, BodyRoom room) {
        send(response, body, room, LONGEST);
    }

    /** @param longest how long a reader may take for all of it */
    static void send(HttpServerResponse response, byte[] body, BodyRoom room, Duration longest) {
        room.leave(body);
        new BodyPieces(response, body, room, longest).send();
    }

    private void send() {
        while (body.length - at > PIECE) {
            Future<Void> leaving = response.write(piece(PIECE));
            if (!leaving.isComplete()) {
                var _ = leaving.onSuccess(left -> goOn()).onFailure(this::end);
                return;
            }
            if (leaving.failed()) {
                end(leaving.cause());
                return;
            }
        }
        var _ = response.end(piece(body.length - at)).onComplete(sent -> room.left(body));
    }

    private void goOn() {
        if (until - System.nanoTime() > 0) {
            send();
        } else {
            response.reset();
            end(new TimeoutException("its reader took too long"));
        }
    }

    /** The reader is gone. */
    private void end(Throwable gone) {
        LOG.debugf("a body of %d bytes was not read to its end: %s", body.length, gone);
        room.left(body);
    }

    private Buffer piece(int length) {
        Buffer piece = BufferImpl.buffer(Unpooled.wrappedBuffer(body, at, length));
        at += length;
        return piece;
    }
}
