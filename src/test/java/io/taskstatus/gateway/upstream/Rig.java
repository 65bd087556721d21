package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.FakeUpstream;
import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.Fetched;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Single attempts at a scripted upstream, what they reported, and a clock that can be moved on. */
class Rig implements AutoCloseable {
    static final ExecutionId ID = new ExecutionId("abf5e6d2-f72d-4324-a046-bc6e9f27b303");
    static final int MAX_BODY = 200_000;
    static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(800);
    static final Duration DEADLINE = Duration.ofSeconds(4);

    final FakeUpstream upstream;
    final UpstreamSettings settings;
    final UpstreamWire wire;
    final BodyRoom room;
    final List<String> attempts = new CopyOnWriteArrayList<>();
    final List<String> unkept = new CopyOnWriteArrayList<>();
    final LookupObserver observer = new LookupObserver() {
        @Override
        public void attempted(String outcome, Duration took) {
            attempts.add(outcome);
        }

        @Override
        public void unkept(String reason) {
            unkept.add(reason);
        }
    };
    private final AtomicLong leap = new AtomicLong();

    /** @param wire of {@code settings} */
    Rig(FakeUpstream upstream, UpstreamSettings settings, UpstreamWire wire, BodyRoom room) {
        this.upstream = upstream;
        this.settings = settings;
        this.wire = wire;
        this.room = room;
    }

    static Rig start() throws IOException {
        FakeUpstream upstream = FakeUpstream.start();
        return of(upstream, settings(upstream.url()));
    }

    static Rig of(FakeUpstream upstream, UpstreamSettings settings) {
        return new Rig(upstream, settings, new UpstreamWire(settings, Optional.empty()), BodyRoom.ofHeap());
    }

    static UpstreamSettings settings(String url) {
        return settings(url, MAX_BODY, ATTEMPT_TIMEOUT, DEADLINE);
    }

    static UpstreamSettings settings(String url, int maxBody, Duration attemptTimeout, Duration deadline) {
        return new UpstreamSettings(
                URI.create(url),
                Optional.empty(),
                "task-status-gateway/test",
                Duration.ofMillis(400),
                attemptTimeout,
                deadline,
                maxBody,
                2,
                1);
    }

    /** One attempt. */
    StatusSnapshot attempt(ExecutionId id, Optional<String> traceparent) throws AttemptFailed {
        return attempt(id, traceparent, settings.deadline());
    }

    /** One attempt for which standing in line has left so much of the deadline. */
    StatusSnapshot attempt(ExecutionId id, Optional<String> traceparent, Duration left) throws AttemptFailed {
        return new UpstreamFetch(
                        wire,
                        room,
                        new UpstreamPause(time()),
                        observer,
                        time(),
                        id,
                        traceparent,
                        settings,
                        time().ticks() + left.toNanos())
                .attempt();
    }

    Fetched fetch(ExecutionId id, Optional<String> traceparent) {
        try {
            return new Fetched.Found(attempt(id, traceparent));
        } catch (AttemptFailed failed) {
            return new Fetched.Failed(failed.failure());
        }
    }

    StatusSnapshot found() {
        return found(ID.value());
    }

    StatusSnapshot found(String id) {
        Fetched fetched = fetch(new ExecutionId(id), Optional.empty());
        if (fetched instanceof Fetched.Found found) {
            return found.snapshot();
        }
        throw new AssertionError("expected a status, got " + fetched);
    }

    SourceFailure failure() {
        return failure(ID.value());
    }

    SourceFailure failure(String id) {
        Fetched fetched = fetch(new ExecutionId(id), Optional.empty());
        if (fetched instanceof Fetched.Failed failed) {
            return failed.failure();
        }
        throw new AssertionError("expected a failure, got " + fetched);
    }

    int fetches() {
        return upstream.fetchesOf(ID.value());
    }

    /** Moves the clock on. */
    void pass(Duration time) {
        leap.addAndGet(time.toNanos());
    }

    /** The machine's clock, as far as it was moved on. */
    final Time time() {
        return new Time() {
            @Override
            public long ticks() {
                return System.nanoTime() + leap.get();
            }

            @Override
            public Instant now() {
                return Instant.now().plusNanos(leap.get());
            }
        };
    }

    @Override
    public void close() {
        wire.close();
        upstream.close();
    }
}
