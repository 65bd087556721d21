package io.taskstatus.gateway.web;

import io.netty.buffer.Unpooled;
import io.taskstatus.gateway.lookup.Answer;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.buffer.impl.BufferImpl;
import io.vertx.core.http.HttpHeaders;

/** A snapshot as it goes out, encoded once: a hit copies it and formats nothing but what changes. Immutable. */
final class HitReply {
    private static final CharSequence CONTENT_TYPE = HttpHeaders.createOptimized("Content-Type");
    private static final CharSequence CONTENT_LENGTH = HttpHeaders.createOptimized("Content-Length");
    private static final CharSequence NO_SNIFF_NAME = HttpHeaders.createOptimized("X-Content-Type-Options");
    private static final CharSequence ETAG = HttpHeaders.createOptimized("ETag");
    private static final CharSequence AGE = HttpHeaders.createOptimized("Age");
    private static final CharSequence VARY = HttpHeaders.createOptimized("Vary");
    private static final CharSequence CACHE_CONTROL = HttpHeaders.createOptimized("Cache-Control");
    private static final CharSequence CACHE_STATUS = HttpHeaders.createOptimized("Cache-Status");
    private static final CharSequence RETRY_AFTER = HttpHeaders.createOptimized("Retry-After");

    private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
    private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
    private static final CharSequence ACCEPT = HttpHeaders.createOptimized("Accept");
    private static final CharSequence MEMORY_HIT = HttpHeaders.createOptimized(StatusReply.MEMORY_HIT);
    private static final CharSequence KEEP = HttpHeaders.createOptimized(StatusReply.KEEP);
    private static final CharSequence REVALIDATE = HttpHeaders.createOptimized(StatusReply.REVALIDATE);

    private final StatusSnapshot snapshot;
    private final CharSequence etag;
    private final CharSequence length;
    private final CharSequence cacheControl;
    private final Buffer body;
    private final long fetchedAt;

    HitReply(StatusSnapshot snapshot) {
        this.snapshot = snapshot;
        this.etag = HttpHeaders.createOptimized(snapshot.etag());
        this.length = HttpHeaders.createOptimized(Integer.toString(snapshot.body().length));
        this.cacheControl = StatusReply.cacheControl(snapshot).equals(StatusReply.KEEP) ? KEEP : REVALIDATE;
        this.body = BufferImpl.buffer(Unpooled.wrappedBuffer(snapshot.body()));
        this.fetchedAt = snapshot.fetchedAt().toEpochMilli();
    }

    /** The body; each response that is given it reads a view of its own. */
    Buffer body() {
        return body;
    }

    /** The header fields of a 200. */
    void ok(MultiMap headers, Answer.Status status, Time time) {
        headers.add(CONTENT_TYPE, JSON).add(CONTENT_LENGTH, length).add(NO_SNIFF_NAME, NO_SNIFF);
        if (!snapshot.isTerminal()) {
            headers.add(RETRY_AFTER, StatusReply.retryAfter(status.freshFor()));
        }
        notModified(headers, status, time);
    }

    /** The header fields of a 304. */
    void notModified(MultiMap headers, Answer.Status status, Time time) {
        headers.add(ETAG, etag)
                .add(AGE, Long.toString(Math.max(0, (time.now().toEpochMilli() - fetchedAt) / 1000)))
                .add(VARY, ACCEPT)
                .add(CACHE_CONTROL, cacheControl)
                .add(CACHE_STATUS, snapshot.isTerminal() ? MEMORY_HIT : StatusReply.cacheStatus(status.provenance()));
    }
}
