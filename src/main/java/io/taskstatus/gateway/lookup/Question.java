package io.taskstatus.gateway.lookup;

import io.taskstatus.gateway.status.ExecutionId;
import java.util.Optional;

/**
 * What a caller wants to know.
 *
 * @param directive what the caller says of kept answers
 * @param traceparent a valid W3C {@code traceparent} for the call to the upstream that this question may lead to
 * @param allowance asked before this question starts a fetch
 */
public record Question(ExecutionId id, Directive directive, Optional<String> traceparent, FetchAllowance allowance) {

    /** The request directives of RFC 9111, section 5.2.1, that the gateway honours. */
    public enum Directive {
        /** Anything fresh will do. */
        NONE,
        /** {@code no-cache} or {@code max-age=0}: what is not terminal is fetched anew, at most twice a second. */
        NO_CACHE,
        /** {@code only-if-cached}: never fetch. */
        ONLY_IF_CACHED
    }

    /** A question with no conditions. */
    public static Question about(ExecutionId id) {
        return new Question(id, Directive.NONE, Optional.empty(), FetchAllowance.UNLIMITED);
    }
}
