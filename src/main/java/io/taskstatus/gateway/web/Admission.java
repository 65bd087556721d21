package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.FailureReason;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.function.Consumer;

/** Decides who gets past the door: access first, then the limit on requests. */
public sealed interface Admission permits AddressAdmission, TeamAdmission {
    /** What is decided. */
    sealed interface Verdict {}

    /** Come in. */
    record Admitted(Caller caller) implements Verdict {}

    /**
     * Stay out.
     *
     * @param team as metrics name it
     * @param retryAfter until when, for a limit
     */
    record Refused(FailureReason reason, String team, Duration retryAfter) implements Verdict {}

    /** Decides on the request of {@code context} and tells {@code then} on the event loop that read it. */
    void admit(RoutingContext context, Consumer<Verdict> then);

    /** The team of those whom nobody has looked at yet. */
    String stranger();
}
