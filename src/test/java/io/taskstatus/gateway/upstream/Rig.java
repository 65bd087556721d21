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

/** A client before a scripted upstream, what it reported, and a clock that can be moved on. */
final class Rig implements AutoCloseable {
    static final ExecutionId ID = new ExecutionId("abf5e6d2-f72d-4324-a046-bc6e9f27b303");
    static final int MAX_BODY = 200_000;
    static final Duration ATTEMPT_TIMEOUT = Duration.ofMillis(800);
    static final Duration DEADLINE = Duration.ofSeconds(4);

    final FakeUpstream upstream;
    final UpstreamClient client;
    final List<String> attempts = new CopyOnWriteArrayList<>();
    final List<String> unkept = new CopyOnWriteArrayList<>();
    private final AtomicLong leap = new AtomicLong();

    private Rig(FakeUpstream upstream, UpstreamGuard guard, UpstreamSettings settings, Wires wires, BodyRoom room) {
        guard.reset();
        this.upstream = upstream;
        LookupObserver observer = new LookupObserver() {
            @Override
            public void attempted(String outcome, Duration took) {
                attempts.add(outcome);
            }

            @Override
            public void unkept(String reason) {
                unkept.add(reason);
            }
        };
        this.client = new UpstreamClient(settings, wires.make(settings), room, guard, observer, time());
    }

    @FunctionalInterface
    interface Wires {
        UpstreamWire make(UpstreamSettings settings);
    }

    static Rig of(UpstreamGuard guard) throws IOException {
        return of(guard, BodyRoom.ofHeap(), MAX_BODY);
    }

    static Rig of(UpstreamGuard guard, BodyRoom room, int maxBody) throws IOException {
        FakeUpstream upstream = FakeUpstream.start();
        return new Rig(
                upstream,
                guard,
                settings(upstream.url(), maxBody),
                settings -> new UpstreamWire(settings, Optional.empty()),
                room);
    }

    static Rig of(UpstreamGuard guard, FakeUpstream upstream, UpstreamSettings settings, Wires wires) {
        return new Rig(upstream, guard, settings, wires, BodyRoom.ofHeap());
    }

    static UpstreamSettings settings(String url) {
        return settings(url, MAX_BODY);
    }

    private static UpstreamSettings settings(String url, int maxBody) {
        return new UpstreamSettings(
                URI.create(url),
                Optional.empty(),
                "task-status-gateway/test",
                Duration.ofMillis(400),
                ATTEMPT_TIMEOUT,
                DEADLINE,
                maxBody,
                2,
                1);
    }

    Fetched fetch() {
        return client.fetch(ID, Optional.empty());
    }

    StatusSnapshot found() {
        return found(ID.value());
    }

    StatusSnapshot found(String id) {
        Fetched fetched = client.fetch(new ExecutionId(id), Optional.empty());
        if (fetched instanceof Fetched.Found found) {
            return found.snapshot();
        }
        throw new AssertionError("expected a status, got " + fetched);
    }

    SourceFailure failure() {
        return failure(ID.value());
    }

    SourceFailure failure(String id) {
        Fetched fetched = client.fetch(new ExecutionId(id), Optional.empty());
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
    Time time() {
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
        client.close();
        upstream.close();
    }
}
