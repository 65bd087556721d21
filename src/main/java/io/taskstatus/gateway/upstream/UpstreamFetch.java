package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.lookup.BodyRoom;
import io.taskstatus.gateway.lookup.FailureReason;
import io.taskstatus.gateway.lookup.LookupObserver;
import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Time;
import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.Reading;
import io.taskstatus.gateway.status.StatusReader;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.UnkeptReason;
import io.taskstatus.gateway.status.VerificationStatus;
import io.taskstatus.gateway.upstream.UpstreamReply.BodyEnd;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The attempts that are made for one id until there is a status, or until it is not worth another. */
final class UpstreamFetch {
    private static final Logger LOG = Logger.getLogger(UpstreamFetch.class);
    /** With less time left than the longest usual backoff and a little, no further attempt is made. */
    private static final Duration LEAST_LEFT = Duration.ofMillis(300);
    /** Of the time that a first attempt usually has; with less, its running out says nothing against the upstream. */
    private static final double LEAST_FAIR = 0.9;

    private final UpstreamWire wire;
    private final BodyRoom room;
    private final UpstreamPause pause;
    private final LookupObserver observer;
    private final Time time;
    private final ExecutionId id;
    private final Optional<String> traceparent;
    private final UpstreamSettings settings;
    private final long deadline;
    private int attempts;
    private @Nullable SourceFailure last;

    /** @param deadline in {@link Time#ticks()} */
    UpstreamFetch(
            UpstreamWire wire,
            BodyRoom room,
            UpstreamPause pause,
            LookupObserver observer,
            Time time,
            ExecutionId id,
            Optional<String> traceparent,
            UpstreamSettings settings,
            long deadline) {
        this.wire = wire;
        this.room = room;
        this.pause = pause;
        this.observer = observer;
        this.time = time;
        this.id = id;
        this.traceparent = traceparent;
        this.settings = settings;
        this.deadline = deadline;
    }

    /** How the last attempt ended, if there was one and it failed. */
    Optional<SourceFailure> lastFailure() {
        return Optional.ofNullable(last);
    }

    /** One attempt, reported. */
    StatusSnapshot attempt() throws AttemptFailed {
        Duration left = left();
        if (!left.isPositive()) {
            throw AttemptFailed.uncounted(
                    lastFailure().orElseGet(() -> SourceFailure.unfetched(FailureReason.OVERLOADED)), 0);
        }
        Duration patience = least(left, settings.attemptTimeout());
        boolean hurried = attempts == 0 && isHurried(patience);
        long began = time.ticks();
        attempts++;
        try {
            StatusSnapshot snapshot = ask(patience);
            report(snapshot.status().word(), began);
            return snapshot;
        } catch (AttemptFailed failed) {
            last = failed.failure();
            report(failed.failure().reason().code(), began);
            boolean cut = hurried && time.ticks() - began >= patience.toNanos();
            AttemptFailed judged = cut ? AttemptFailed.uncounted(failed.failure(), failed.furtherAttempts()) : failed;
            throw judged.goingOn(isWorthAnother(judged));
        }
    }

    /** Whether standing in line has left less than an attempt usually has. */
    private boolean isHurried(Duration patience) {
        return patience.toNanos()
                < LEAST_FAIR
                        * least(settings.attemptTimeout(), settings.deadline()).toNanos();
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private boolean isWorthAnother(AttemptFailed failed) {
        return attempts <= failed.furtherAttempts() && left().compareTo(LEAST_LEFT) > 0 && !pause.isInForce();
    }

    private Duration left() {
        return Duration.ofNanos(deadline - time.ticks());
    }

    private void report(String outcome, long began) {
        LOG.debugf("%s: attempt %d brought %s", id, attempts, outcome);
        observer.attempted(outcome, Duration.ofNanos(time.ticks() - began));
    }

    private StatusSnapshot ask(Duration patience) throws AttemptFailed {
        try (BodyRoom.Share share = room.share()) {
            return read(wire.get(id, traceparent, patience, share));
        } catch (WireException e) {
            throw UpstreamFailures.of(e.kind());
        }
    }

    private StatusSnapshot read(UpstreamReply reply) throws AttemptFailed {
        if (reply.status() == 200) {
            return readStatus(reply);
        }
        AttemptFailed failed = UpstreamFailures.of(reply);
        if (UpstreamFailures.isPause(reply)) {
            throw AttemptFailed.uncounted(
                    pause.begin(failed.failure(), RetryAfter.pause(reply.retryAfter(), time.now())), 0);
        }
        throw failed;
    }

    private StatusSnapshot readStatus(UpstreamReply reply) throws AttemptFailed {
        if (reply.end() == BodyEnd.TOO_LARGE) {
            observer.unkept(UnkeptReason.TOO_LARGE.label());
            throw UpstreamFailures.bodyTooLarge();
        }
        if (reply.isEncoded() || reply.end() == BodyEnd.TRUNCATED) {
            observer.unkept((reply.isEncoded() ? UnkeptReason.ENCODED : UnkeptReason.TRUNCATED).label());
            throw UpstreamFailures.invalidBody(200);
        }
        return switch (room.alone(reply.body(), () -> StatusReader.read(reply.body(), id))) {
            case Reading.Documented documented -> snapshot(documented.status(), reply);
            case Reading.Unknown unknown -> {
                observer.unkept(unknown.reason().label());
                yield snapshot(VerificationStatus.UNKNOWN, reply);
            }
            case Reading.Unreadable unreadable -> {
                observer.unkept(unreadable.reason().label());
                throw UpstreamFailures.invalidBody(200);
            }
            case Reading.AnotherExecution another -> {
                observer.unkept(UnkeptReason.ANOTHER_EXECUTION.label());
                throw UpstreamFailures.anotherExecution();
            }
        };
    }

    private StatusSnapshot snapshot(VerificationStatus status, UpstreamReply reply) {
        return new StatusSnapshot(id, status, reply.body(), time.now());
    }
}
