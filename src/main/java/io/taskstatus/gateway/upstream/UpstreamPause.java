package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.lookup.SourceFailure;
import io.taskstatus.gateway.lookup.Time;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The pause that the upstream asked for: until it is over nobody is sent there. A shorter one never cuts a longer. */
public final class UpstreamPause {
    /** Who wants to know of a pause, such as other replicas. Called on the thread of the fetch that met it: must not block. */
    @FunctionalInterface
    public interface Listener {
        /** The upstream's answer {@code why} paused us for {@code how long}. */
        void paused(SourceFailure why, Duration howLong);
    }

    private record Pause(SourceFailure why, long until) {}

    private final Time time;
    private final AtomicReference<@Nullable Pause> current = new AtomicReference<>();
    private volatile Listener listener = (why, howLong) -> {};

    UpstreamPause(Time time) {
        this.time = time;
    }

    /** Has {@code listener} told of pauses that this replica meets. */
    public void tell(Listener newListener) {
        listener = newListener;
    }

    /** Pauses as another replica was told to. */
    public void join(SourceFailure why, Duration howLong) {
        extend(why, howLong);
    }

    /** What everybody is told who would have to fetch now, while paused. */
    public Optional<SourceFailure> inForce() {
        Pause pause = current.get();
        if (pause == null || pause.until() - time.ticks() <= 0) {
            return Optional.empty();
        }
        return Optional.of(pause.why().withoutFetch().retryingAt(pause.until()));
    }

    /** Whether nobody is sent upstream now. */
    public boolean isInForce() {
        return inForce().isPresent();
    }

    /** Pauses because of {@code why}, and answers with it and with when the pause ends. */
    SourceFailure begin(SourceFailure why, Duration howLong) {
        Pause pause = extend(why, howLong);
        listener.paused(why, howLong);
        return why.retryingAt(pause.until());
    }

    private Pause extend(SourceFailure why, Duration howLong) {
        Pause asked = new Pause(why, time.ticks() + howLong.toNanos());
        Pause standing = current.accumulateAndGet(
                asked,
                (before, next) -> before == null || next == null || before.until() - next.until() < 0 ? next : before);
        return standing == null ? asked : standing;
    }
}
