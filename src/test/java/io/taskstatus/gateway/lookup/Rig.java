package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Question.Directive;
import io.taskstatus.gateway.status.ExecutionId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** A lookup with everything around it in the test's hands. */
final class Rig {
    static final ExecutionId ID = new ExecutionId("0f8fad5b-d9cb-469f-a165-70867728950e");
    static final FreshnessPolicy DEFAULTS =
            new FreshnessPolicy(seconds(1), seconds(5), seconds(1), seconds(1), seconds(30));
    private static final long ROOM = 1 << 20;

    final ManualTime time = new ManualTime();
    final ScriptedSource source = new ScriptedSource(time);
    final ScriptedStore store = new ScriptedStore();
    final Counts counts = new Counts();
    final StatusLookup lookup;

    Rig() {
        this(ROOM);
    }

    Rig(long room) {
        this(room, DEFAULTS, Thread::startVirtualThread);
    }

    Rig(Executor executor) {
        this(ROOM, DEFAULTS, executor);
    }

    Rig(FreshnessPolicy freshness) {
        this(ROOM, freshness, Thread::startVirtualThread);
    }

    private Rig(long room, FreshnessPolicy freshness, Executor executor) {
        lookup = new StatusLookup(store, source, freshness, room, seconds(5), executor, counts, time);
    }

    Answer ask() throws InterruptedException {
        return ask(Directive.NONE);
    }

    Answer ask(Directive directive) throws InterruptedException {
        return lookup.statusOf(question(directive));
    }

    /** Asks with {@code allowance}. */
    Answer ask(FetchAllowance allowance) throws InterruptedException {
        return lookup.statusOf(new Question(ID, Directive.NONE, Optional.empty(), allowance));
    }

    Asking asking() {
        return asking(FetchAllowance.UNLIMITED);
    }

    /** Asks on a thread of its own. */
    Asking asking(FetchAllowance allowance) {
        return Asking.start(() -> ask(allowance));
    }

    List<Asking> asking(int callers) {
        return IntStream.range(0, callers).mapToObj(caller -> asking()).toList();
    }

    static Question question(Directive directive) {
        return new Question(ID, directive, Optional.empty(), FetchAllowance.UNLIMITED);
    }

    int fetches() {
        return source.fetchesOf(ID);
    }

    static Duration seconds(long seconds) {
        return Duration.ofSeconds(seconds);
    }

    /** One caller under way. */
    record Asking(Thread thread, Future<Answer> answer) {
        /** What a caller does. */
        interface Call {
            Answer get() throws InterruptedException;
        }

        static Asking start(Call call) {
            FutureTask<Answer> task = new FutureTask<>(call::get);
            return new Asking(Thread.startVirtualThread(task), task);
        }

        Answer get() throws InterruptedException, ExecutionException, TimeoutException {
            return answer.get(30, TimeUnit.SECONDS);
        }

        /** Whether the caller's thread sleeps until something happens. */
        boolean isWaiting() {
            return thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING;
        }

        /** The caller leaves. */
        void leave() {
            thread.interrupt();
        }
    }
}
