package io.taskstatus.gateway.status;

/** What the one look at a body decided. */
public sealed interface Reading {
    /** A JSON object for the execution that was asked for, with a documented status: it may be kept as that. */
    record Documented(VerificationStatus status) implements Reading {}

    /** A JSON object for that execution that may be passed on as {@link VerificationStatus#UNKNOWN} and no more. */
    record Unknown(UnkeptReason reason) implements Reading {}

    /** No JSON object; never passed on. */
    record Unreadable(UnkeptReason reason) implements Reading {}

    /** A JSON object that names another execution; never passed on. */
    record AnotherExecution() implements Reading {}
}
