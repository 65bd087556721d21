package io.taskstatus.gateway.web;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.Question;
import io.taskstatus.gateway.lookup.StatusLookup;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.http.HttpMethod;
import org.jspecify.annotations.Nullable;

/** Answers plain questions from memory alone, for {@link HitHandler}; what it does not answer goes the long way. */
final class Hits {
    /** Bytes of a body that is sent in one piece with its head; larger ones go the long way. */
    private static final int MOST = BodyPieces.LARGE;

    private final StatusLookup lookup;
    private final LookupObserver observer;
    private final RequestTimer timer;
    private final Time time;

    Hits(StatusLookup lookup, LookupObserver observer, RequestTimer timer, Time time) {
        this.lookup = lookup;
        this.observer = observer;
        this.timer = timer;
        this.time = time;
    }

    /** The whole response to {@code get}, counted and timed; nothing where memory can't answer. */
    @Nullable
    ByteBuf answer(PlainGet get, ByteBufAllocator allocator) {
        long began = time.ticks();
        if (!(lookup.fromMemory(Question.about(get.id())).orElse(null) instanceof Answer.Status status)
                || status.snapshot().body().length > MOST) {
            return null;
        }
        StatusSnapshot snapshot = status.snapshot();
        HitReply reply = snapshot.form(HitReply.class, HitReply::new);
        boolean unchanged =
                !get.ifNoneMatch().isEmpty() && RequestDirectives.noneMatchNames(get.ifNoneMatch(), snapshot.etag());
        ByteBuf response = allocator.directBuffer(reply.room());
        try {
            reply.write(response, unchanged, status, time);
        } catch (RuntimeException fault) {
            response.release();
            throw fault;
        }
        observer.answered(
                status.provenance(),
                unchanged ? "not_modified" : snapshot.status().word(),
                Caller.NONE);
        timer.took(HttpMethod.GET, unchanged ? 304 : 200, time.ticks() - began);
        return response;
    }
}
