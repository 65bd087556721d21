package io.taskstatus.gateway.status;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The upstream's name for one execution of a task: opaque, case-preserving, 1 to 128 characters of
 * {@code A-Z a-z 0-9 . _ ~ -}, but neither of the dot segments {@code .} and {@code ..}, which RFC 3986
 * (section 5.2.4) takes out of a path. An id is a bearer capability: {@link #toString()} never gives the whole of it.
 *
 * @param value the id as the upstream spells it
 */
public record ExecutionId(String value) {
    /** The longest id, in characters. */
    public static final int MAX_LENGTH = 128;

    private static final boolean[] ALLOWED = new boolean[128];

    static {
        for (char c = '0'; c <= '9'; c++) {
            ALLOWED[c] = true;
        }
        for (char c = 'a'; c <= 'z'; c++) {
            ALLOWED[c] = true;
            ALLOWED[c - 'a' + 'A'] = true;
        }
        for (char c : new char[] {'.', '_', '~', '-'}) {
            ALLOWED[c] = true;
        }
    }

    /** @throws IllegalArgumentException if {@code value} is no valid id */
    public ExecutionId {
        if (!isValid(value)) {
            throw new IllegalArgumentException("not an execution id");
        }
    }

    /** The id spelled {@code decoded} (percent-decoding done), or nothing where that is no valid id. */
    public static Optional<ExecutionId> parse(String decoded) {
        return isValid(decoded) ? Optional.of(new ExecutionId(decoded)) : Optional.empty();
    }

    /**
     * The id whose percent-encoded form (RFC 3986, section 2.1) is {@code encoded}, decoded exactly once, or nothing
     * where it is malformed or the decoded form is no valid id.
     */
    public static Optional<ExecutionId> parseEncoded(String encoded) {
        if (encoded.indexOf('%') < 0) {
            return parse(encoded);
        }
        if (encoded.length() > 3 * MAX_LENGTH) {
            return Optional.empty();
        }
        StringBuilder decoded = new StringBuilder(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            if (c == '%') {
                int high = i + 2 < encoded.length() ? hexDigit(encoded.charAt(i + 1)) : -1;
                int low = high >= 0 ? hexDigit(encoded.charAt(i + 2)) : -1;
                if (low < 0) {
                    return Optional.empty();
                }
                c = (char) (high << 4 | low);
                i += 2;
            }
            decoded.append(c);
        }
        return parse(decoded.toString());
    }

    /** Whether {@code name} is this id, ASCII case aside: a UUID may come back in its canonical form. */
    public boolean isNamed(String name) {
        if (name.length() != value.length()) {
            return false;
        }
        for (int i = 0; i < name.length(); i++) {
            if (lowerCase(name.charAt(i)) != lowerCase(value.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    // a record's own are slower by an indirection that shows in each hit
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ExecutionId id && value.equals(id.value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    /** What a log may hold of this id: its first 8 characters, or 2 where it has 12 or fewer, and an ellipsis. */
    @Override
    public String toString() {
        return value.substring(0, Math.min(value.length(), value.length() > 12 ? 8 : 2)) + "…";
    }

    private static boolean isValid(String value) {
        int length = value.length();
        if (length == 0 || length > MAX_LENGTH || value.equals(".") || value.equals("..")) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            char c = value.charAt(i);
            if (c >= ALLOWED.length || !ALLOWED[c]) {
                return false;
            }
        }
        return true;
    }

    private static char lowerCase(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
    }

    private static int hexDigit(char c) {
        return c < 128 ? Character.digit(c, 16) : -1;
    }
}
