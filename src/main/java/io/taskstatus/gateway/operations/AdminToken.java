package io.taskstatus.gateway.operations;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The operator's token. Hashes are compared, in constant time: neither its length nor its beginning can be timed. */
final class AdminToken {
    private static final String SCHEME = "Bearer ";

    private final byte[] sha256;

    private AdminToken(byte[] sha256) {
        this.sha256 = sha256;
    }

    static Optional<AdminToken> of(Optional<String> token) {
        return token.filter(text -> !text.isBlank()).map(text -> new AdminToken(sha256(text)));
    }

    /** Whether {@code authorization} is this token (RFC 6750, section 2.1). */
    boolean isIn(@Nullable String authorization) {
        return authorization != null
                && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && MessageDigest.isEqual(
                        sha256, sha256(authorization.substring(SCHEME.length()).strip()));
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
