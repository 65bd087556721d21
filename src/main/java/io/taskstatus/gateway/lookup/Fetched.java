package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.StatusSnapshot;

/** What a source had to say of one id. */
public sealed interface Fetched {
    /**
     * A status.
     *
     * @param shared whether another replica fetched it and told this one
     */
    record Found(StatusSnapshot snapshot, boolean shared) implements Fetched {
        public Found(StatusSnapshot snapshot) {
            this(snapshot, false);
        }
    }

    /** No status, and why; not-found is one of the reasons. */
    record Failed(SourceFailure failure) implements Fetched {}
}
