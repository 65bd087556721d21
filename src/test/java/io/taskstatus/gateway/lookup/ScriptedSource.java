package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import io.taskstatus.gateway.status.StatusSnapshot;
import io.taskstatus.gateway.status.VerificationStatus;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** An upstream that follows a script: each fetch takes the next line, and the last line stands. */
final class ScriptedSource implements StatusSource {
    /** One line of the script. */
    interface Line {
        Fetched play(ExecutionId id);
    }

    private final Time time;
    private final Queue<Line> script = new ConcurrentLinkedQueue<>();
    private final Map<ExecutionId, AtomicInteger> fetches = new ConcurrentHashMap<>();
    private volatile Optional<String> traceparent = Optional.empty();
    private volatile Line last;

    ScriptedSource(Time time) {
        this.time = time;
        this.last = status(VerificationStatus.RUNNING, "");
    }

    @Override
    public Fetched fetch(ExecutionId id, Optional<String> parent) {
        fetches.computeIfAbsent(id, _ -> new AtomicInteger()).incrementAndGet();
        traceparent = parent;
        Line next = script.poll();
        if (next != null) {
            last = next;
        }
        return last.play(id);
    }

    ScriptedSource says(VerificationStatus status) {
        return says(status, "");
    }

    /** @param remark makes bodies differ */
    ScriptedSource says(VerificationStatus status, String remark) {
        return plays(status(status, remark));
    }

    ScriptedSource fails(FailureReason reason) {
        return fails(SourceFailure.answered(reason, reason.status()));
    }

    ScriptedSource fails(SourceFailure failure) {
        return plays(id -> new Fetched.Failed(failure));
    }

    ScriptedSource plays(Line line) {
        script.add(line);
        return this;
    }

    /** The line after those that are scripted waits at a gate, then goes on with {@code line}. */
    Gate holds(VerificationStatus status) {
        return holds(status(status, ""));
    }

    Gate holds(Line line) {
        Gate gate = new Gate();
        script.add(id -> {
            gate.pass();
            return line.play(id);
        });
        return gate;
    }

    int fetchesOf(ExecutionId id) {
        AtomicInteger count = fetches.get(id);
        return count == null ? 0 : count.get();
    }

    Optional<String> lastTraceparent() {
        return traceparent;
    }

    Line status(VerificationStatus status, String remark) {
        return id -> new Fetched.Found(Snapshots.of(id, status, remark, time.now()));
    }

    /** What another replica fetched. */
    static Fetched.Found shared(StatusSnapshot snapshot) {
        return shared(snapshot, Duration.ZERO);
    }

    /** The same, {@code age} ago. */
    static Fetched.Found shared(StatusSnapshot snapshot, Duration age) {
        return new Fetched.Found(snapshot, Optional.of(new Fetched.Shared(age, Duration.ZERO)));
    }
}
