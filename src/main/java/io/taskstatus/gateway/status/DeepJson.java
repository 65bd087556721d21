package io.taskstatus.gateway.status;

import java.util.Arrays;
import java.util.BitSet;
import java.util.HexFormat;

/**
 * Takes out of a JSON text (RFC 8259) what lies deep in it. A parser remembers every level that it is in, with some 70
 * bytes each: 4 MiB of brackets would take 280 MiB. What is taken out is read here, with one bit for each level.
 */
final class DeepJson {
    private final byte[] text;
    private byte[] flat;
    private boolean found;
    private boolean json = true;

    /** For each level that is open, whether it is an object. */
    private final BitSet objects = new BitSet();

    private int at;

    /**
     * @param text UTF-8, which is not changed; above {@code levels} it may be anything
     * @param levels the deepest that stays
     */
    DeepJson(byte[] text, int levels) {
        this.text = text;
        this.flat = text;
        int open = 0;
        while (json && at < text.length) {
            int start = at++;
            switch (text[start]) {
                case '"' -> isString();
                case ']', '}' -> open--;
                case '[', '{' -> open++;
                default -> {}
            }
            if (open > levels) {
                at = start;
                takeOut();
                open--;
            }
        }
    }

    private void takeOut() {
        int start = at;
        json = isValue();
        if (json) {
            flat = found ? flat : text.clone();
            found = true;
            Arrays.fill(flat, start, at, (byte) ' ');
            flat[start] = '0';
        }
    }

    /** Whether all that lies deep is JSON. */
    boolean isJson() {
        return json;
    }

    /** Whether anything lies deep. */
    boolean isFound() {
        return found;
    }

    /** The text with a number in place of every object and array that lies deep. */
    byte[] flat() {
        return flat;
    }

    /** Whether a value comes next; goes past it. */
    private boolean isValue() {
        int open = 0;
        do {
            byte first = next();
            if (first == '{' || first == '[') {
                objects.set(open++, first == '{');
                if (!isEnd(open)) {
                    if (first == '{' && !isName()) {
                        return false;
                    }
                    continue;
                }
            } else if (!isScalar(first)) {
                return false;
            }
            while (open > 0 && isEnd(open)) {
                at++;
                open--;
            }
            if (open > 0 && !(next() == ',' && (!objects.get(open - 1) || isName()))) {
                return false;
            }
        } while (open > 0);
        return true;
    }

    private boolean isEnd(int open) {
        skipSpace();
        return here() == (objects.get(open - 1) ? '}' : ']');
    }

    private boolean isName() {
        return next() == '"' && isString() && next() == ':';
    }

    private boolean isScalar(byte first) {
        return switch (first) {
            case '"' -> isString();
            case 't' -> isWord("rue");
            case 'f' -> isWord("alse");
            case 'n' -> isWord("ull");
            case '-' -> isNumber(take());
            default -> isNumber(first);
        };
    }

    private boolean isWord(String rest) {
        for (int i = 0; i < rest.length(); i++) {
            if (take() != rest.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isNumber(byte first) {
        if (first < '0' || first > '9') {
            return false;
        }
        if (first != '0') {
            skipDigits();
        }
        if (here() == '.') {
            at++;
            if (!skipDigits()) {
                return false;
            }
        }
        if (here() != 'e' && here() != 'E') {
            return true;
        }
        at++;
        if (here() == '+' || here() == '-') {
            at++;
        }
        return skipDigits();
    }

    /** Whether there was one at least. */
    private boolean skipDigits() {
        int start = at;
        while (here() >= '0' && here() <= '9') {
            at++;
        }
        return at > start;
    }

    /** Whether a string ends here whose quotation mark was read. */
    private boolean isString() {
        while (at < text.length) {
            byte b = take();
            if (b == '"') {
                return true;
            }
            if ((b >= 0 && b < ' ') || (b == '\\' && !isEscape(take()))) {
                return false;
            }
        }
        return false;
    }

    private boolean isEscape(byte first) {
        if (first != 'u') {
            return "\"\\/bfnrt".indexOf(first) >= 0;
        }
        for (int i = 0; i < 4; i++) {
            if (!HexFormat.isHexDigit(take())) {
                return false;
            }
        }
        return true;
    }

    private void skipSpace() {
        while (here() == ' ' || here() == '\t' || here() == '\r' || here() == '\n') {
            at++;
        }
    }

    /** The byte after white space. */
    private byte next() {
        skipSpace();
        return take();
    }

    private byte take() {
        byte b = here();
        at++;
        return b;
    }

    /** The next byte, which stays; 0 at the end, which no JSON has outside of this. */
    private byte here() {
        return at < text.length ? text[at] : 0;
    }
}
