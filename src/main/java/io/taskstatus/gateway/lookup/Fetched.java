package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.StatusSnapshot;
import java.time.Duration;
import java.util.Optional;

/** What a source had to say of one id. */
public sealed interface Fetched {
    /**
     * What another replica knows of a fetch that it made, in durations: the clocks of two machines differ.
     *
     * @param age since the upstream answered
     * @param seenFor how long replicas had known the id not to be terminal by then
     */
    record Shared(Duration age, Duration seenFor) {
        /** Of a result: neither matters. */
        public static final Shared RESULT = new Shared(Duration.ZERO, Duration.ZERO);
    }

    /**
     * A status.
     *
     * @param from of whoever fetched it, where that was another replica
     */
    record Found(StatusSnapshot snapshot, Optional<Shared> from) implements Fetched {
        public Found(StatusSnapshot snapshot) {
            this(snapshot, Optional.empty());
        }

        /** Whether another replica fetched it and told this one. */
        public boolean shared() {
            return from.isPresent();
        }
    }

    /**
     * No status, and why; not-found is one of the reasons.
     *
     * @param from of whoever fetched it, where that was another replica
     */
    record Failed(SourceFailure failure, Optional<Shared> from) implements Fetched {
        public Failed(SourceFailure failure) {
            this(failure, Optional.empty());
        }
    }
}
