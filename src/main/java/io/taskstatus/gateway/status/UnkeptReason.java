package io.taskstatus.gateway.status;

import java.util.Locale;

/** Why a 200 of the upstream can't be kept as a result. A closed list: the name in lower case is a metric label. */
public enum UnkeptReason {
    /** There is no {@code verificationStatus}. */
    STATUS_MISSING,
    STATUS_NULL,
    STATUS_NOT_A_STRING,
    /** A word that is none of the four, to the letter. */
    STATUS_UNDOCUMENTED,
    /** A key of the object comes twice: readers disagree on which one counts. */
    DUPLICATE_KEY,
    /** Deeper than {@link StatusReader#MAX_DEPTH}: some readers refuse it. */
    TOO_DEEP,
    /** A byte order mark, or bytes that are no UTF-8. */
    NOT_UTF_8,
    /** Not one whole JSON object with nothing after it. */
    NOT_ONE_OBJECT,
    /** It names another execution than the one that was asked for. */
    ANOTHER_EXECUTION,
    /** A {@code Content-Encoding} that nobody asked for. */
    ENCODED,
    /** The connection ended before the body did. */
    TRUNCATED,
    /** Larger than the gateway takes. */
    TOO_LARGE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** The metric label. */
    public String label() {
        return label;
    }
}
