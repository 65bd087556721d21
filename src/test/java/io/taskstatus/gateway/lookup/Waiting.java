package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.lookup.Rig.Asking;
import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** Patient callers on real clocks, with freshness so short that a test takes milliseconds. */
final class Waiting {
    static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration FRESH = Duration.ofMillis(30);

    final ScriptedSource source = new ScriptedSource(Time.system());
    final ScriptedStore store = new ScriptedStore();
    final Counts counts = new Counts();
    final StatusLookup lookup;
    final PatientLookup patience;

    Waiting() {
        this(100, Thread::startVirtualThread, Time.system(), FRESH);
    }

    Waiting(int maxWaiters) {
        this(maxWaiters, Thread::startVirtualThread, Time.system(), FRESH);
    }

    /** @param fresh how long anything is */
    Waiting(int maxWaiters, Executor watches, Time time, Duration fresh) {
        FreshnessPolicy freshness = new FreshnessPolicy(fresh, fresh, fresh, fresh, Duration.ofMinutes(1));
        lookup = new StatusLookup(
                store, source, freshness, 1 << 20, LONG, Thread::startVirtualThread, counts, Time.system());
        patience = new PatientLookup(lookup, maxWaiters, watches, time);
    }

    /** A caller who asks, waits at most {@code longest} for a terminal status or {@code enough}, and leaves. */
    Asking waiting(Duration longest, Predicate<StatusSnapshot> enough) {
        return Asking.start(() -> waitFor(longest, enough));
    }

    Asking waiting(Duration longest) {
        return waiting(longest, snapshot -> false);
    }

    Answer waitFor(Duration longest, Predicate<StatusSnapshot> enough) throws InterruptedException {
        Answer first = lookup.statusOf(Question.about(Rig.ID));
        try (Vigil vigil = patience.watch(Rig.ID).orElseThrow()) {
            return patience.await(vigil, first, longest, enough);
        }
    }

    int fetches() {
        return source.fetchesOf(Rig.ID);
    }
}
