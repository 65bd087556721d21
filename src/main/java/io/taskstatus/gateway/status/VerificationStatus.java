package io.taskstatus.gateway.status;

import java.util.Optional;

/** The {@code verificationStatus} of a body, as far as the gateway decides on it. */
public enum VerificationStatus {
    /** All nodes agree. Terminal. */
    SUCCESS("Success", true),
    /** No consensus among the nodes. Terminal. */
    INDETERMINATE("Indeterminate", true),
    /** The execution failed. Terminal. */
    ERROR("Error", true),
    /** Still being executed. */
    RUNNING("Running", false),
    /** Missing, null or a word that nobody documented: never terminal, the safe side. */
    UNKNOWN("unknown", false);

    private final String word;
    private final boolean terminal;

    VerificationStatus(String word, boolean terminal) {
        this.word = word;
        this.terminal = terminal;
    }

    /** The upstream's word for it, which is also the metric label; {@code unknown} for {@link #UNKNOWN}. */
    public String word() {
        return word;
    }

    /** Whether a body with this status is kept for ever. */
    public boolean isTerminal() {
        return terminal;
    }

    /** The documented status spelled exactly {@code word}, or nothing. */
    public static Optional<VerificationStatus> of(String word) {
        return switch (word) {
            case "Success" -> Optional.of(SUCCESS);
            case "Indeterminate" -> Optional.of(INDETERMINATE);
            case "Error" -> Optional.of(ERROR);
            case "Running" -> Optional.of(RUNNING);
            default -> Optional.empty();
        };
    }
}
