package io.taskstatus.gateway.status;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the upstream said of one execution at one instant: the status, the bytes as they came, and when. Immutable. */
public final class StatusSnapshot {
    /** Hex digits of the SHA-256 that make the entity tag: 128 bits tell bodies of one id apart. */
    private static final int ETAG_DIGITS = 32;

    private final ExecutionId id;
    private final VerificationStatus status;
    private final byte[] body;
    private final Instant fetchedAt;
    private final String sha256;
    private final String etag;
    private @Nullable Object form;

    /**
     * @param body the upstream's bytes, which nobody changes from here on
     * @param fetchedAt when the upstream gave them
     */
    public StatusSnapshot(ExecutionId id, VerificationStatus status, byte[] body, Instant fetchedAt) {
        this.id = id;
        this.status = status;
        this.body = body;
        this.fetchedAt = fetchedAt;
        this.sha256 = sha256Of(body);
        this.etag = '"' + sha256.substring(0, ETAG_DIGITS) + '"';
    }

    public ExecutionId id() {
        return id;
    }

    public VerificationStatus status() {
        return status;
    }

    /** Whether this is kept for ever. */
    public boolean isTerminal() {
        return status.isTerminal();
    }

    /** The upstream's bytes. Not a copy: a reader never writes to it. */
    public byte[] body() {
        return body;
    }

    /** When the upstream gave the body. */
    public Instant fetchedAt() {
        return fetchedAt;
    }

    /** SHA-256 of the body, 64 lower-case hex digits. */
    public String sha256() {
        return sha256;
    }

    /** The strong entity tag of the body, quotes included (RFC 9110, section 8.8.3). */
    public String etag() {
        return etag;
    }

    /**
     * The snapshot in another form, which is made at its first use and kept with it.
     *
     * @param make gives an immutable object; two threads may both call it, and either's result may stay
     */
    public <T> T form(Class<T> type, Function<StatusSnapshot, T> make) {
        Object made = form;
        if (type.isInstance(made)) {
            return type.cast(made);
        }
        T fresh = make.apply(this);
        form = fresh;
        return fresh;
    }

    /** Whether {@code other} has the same bytes. */
    public boolean sameBodyAs(StatusSnapshot other) {
        return Arrays.equals(body, other.body);
    }

    @Override
    public String toString() {
        return status.word() + " of " + id + " (" + body.length + " bytes)";
    }

    /** SHA-256 of {@code bytes}, 64 lower-case hex digits. */
    public static String sha256Of(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
