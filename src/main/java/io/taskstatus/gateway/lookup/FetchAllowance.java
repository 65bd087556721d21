package io.taskstatus.gateway.lookup;

import java.time.Duration;

/** What a caller may still spend on calls to the upstream. */
@FunctionalInterface
public interface FetchAllowance {
    /** No limit. */
    FetchAllowance UNLIMITED = () -> Duration.ZERO;

    /** Takes one fetch out of the allowance and answers zero, or takes none and answers with the time until there is one. */
    Duration take();
}
