package io.taskstatus.gateway.upstream;

import io.taskstatus.gateway.lookup.SourceFailure;
import java.io.Serial;

/** An attempt ended without a status, and its row of the error table. Thrown for the fault tolerance around it. */
class AttemptFailed extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient SourceFailure failure;
    private final int furtherAttempts;
    private boolean worthAnother;

    private AttemptFailed(SourceFailure failure, int furtherAttempts) {
        super(failure.reason().code(), null, false, false);
        this.failure = failure;
        this.furtherAttempts = furtherAttempts;
    }

    /** One that speaks against the upstream's health. */
    static final class Counted extends AttemptFailed {
        @Serial
        private static final long serialVersionUID = 1;

        private Counted(SourceFailure failure, int furtherAttempts) {
            super(failure, furtherAttempts);
        }
    }

    /** A failure that says nothing against the upstream's health. */
    static AttemptFailed uncounted(SourceFailure failure, int furtherAttempts) {
        return new AttemptFailed(failure, furtherAttempts);
    }

    /** A failure that counts for the circuit. */
    static AttemptFailed counted(SourceFailure failure, int furtherAttempts) {
        return new Counted(failure, furtherAttempts);
    }

    SourceFailure failure() {
        return failure;
    }

    /** How many attempts beyond the first a fetch is worth that ends so. */
    int furtherAttempts() {
        return furtherAttempts;
    }

    /** Whether the fetch should go on, once it has decided. */
    boolean isWorthAnother() {
        return worthAnother;
    }

    /** This failure with the fetch's decision whether to go on. */
    AttemptFailed goingOn(boolean goOn) {
        worthAnother = goOn;
        return this;
    }
}
