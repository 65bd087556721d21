package io.taskstatus.gateway.status;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Makes up bodies that are nearly what the upstream says, and what comes of them when they are damaged. */
final class JsonSoup {
    private static final List<String> KEYS = List.of(
            "executionId",
            "verificationStatus",
            "verificationStatus ",
            "executionid",
            "\\u0065xecutionId",
            "verification\\u0053tatus",
            "message",
            "",
            "clearTextSolution",
            "\\ud83d\\ude00",
            "\\u0000");
    private static final List<String> SCALARS = List.of(
            "\"Success\"",
            "\"Running\"",
            "\"Error\"",
            "\"Indeterminate\"",
            "\"success\"",
            "\"\\u0053uccess\"",
            "\"Success \"",
            "\"\"",
            "null",
            "true",
            "false",
            "0",
            "-0",
            "1e400",
            "-1.5E-3",
            "12345678901234567890123456789012345678901234567890",
            "\"\\ud800\"",
            "\"é 漢 😀\"",
            "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
    private static final List<String> NOT_JSON = List.of(
            "NaN",
            "+1",
            "01",
            "1.",
            ".5",
            "'Success'",
            "tru",
            "nul",
            "undefined",
            "\"\\x\"",
            "\"\\u12\"",
            "\"a\nb\"",
            "[1,]",
            "{\"a\":1,}",
            "/* */ 1",
            "\"");
    private static final String[] SPACE = {"", "", "", " ", "\n", "\r\n\t", "  "};

    private final SplittableRandom random;
    private final ExecutionId id;

    JsonSoup(long seed, ExecutionId id) {
        this.random = new SplittableRandom(seed);
        this.id = id;
    }

    /** A body: mostly one JSON object, sometimes damaged, sometimes noise. */
    byte[] body() {
        return switch (random.nextInt(8)) {
            case 0 -> noise();
            case 1, 2 -> damaged(object().getBytes(StandardCharsets.UTF_8));
            case 3 -> around(object()).getBytes(StandardCharsets.UTF_8);
            default -> object().getBytes(StandardCharsets.UTF_8);
        };
    }

    /** One object that is some thousand levels deep at times, and often damaged. */
    byte[] deepBody() {
        int levels = random.nextInt(1 << random.nextInt(1, 14));
        String deep = "{\"verificationStatus\":\"Success\",\"a\":" + nested(levels) + "}";
        byte[] bytes = deep.getBytes(StandardCharsets.UTF_8);
        return random.nextInt(3) == 0 ? damaged(bytes) : bytes;
    }

    /** One object of many members, of which two may have one name, spelled in two ways at times. */
    byte[] wideBody() {
        int members = random.nextInt(1 << random.nextInt(2, 13));
        int twice = random.nextInt(2 * members + 1);
        StringBuilder wide = new StringBuilder("{\"verificationStatus\":\"Success\"");
        for (int i = 0; i < members; i++) {
            wide.append(",\"k").append(i).append("\":").append(i % 10);
        }
        if (twice < members) {
            wide.append(random.nextBoolean() ? ",\"k" : ",\"\\u006b")
                    .append(twice)
                    .append("\":0");
        }
        return wide.append('}').toString().getBytes(StandardCharsets.UTF_8);
    }

    private byte[] noise() {
        byte[] bytes = new byte[random.nextInt(64)];
        random.nextBytes(bytes);
        return bytes;
    }

    /** An object with something before or after it. */
    private String around(String object) {
        return switch (random.nextInt(7)) {
            case 0 -> "\uFEFF" + object;
            case 1 -> object + pick(SPACE);
            case 2 -> object + object;
            case 3 -> object + ",";
            case 4 -> "[" + object + "]";
            case 5 -> pick(SPACE) + object + "\u0000";
            default -> value(2);
        };
    }

    private byte[] damaged(byte[] bytes) {
        byte[] damaged = bytes;
        for (int i = random.nextInt(1, 4); i > 0 && damaged.length > 0; i--) {
            int at = random.nextInt(damaged.length);
            switch (random.nextInt(4)) {
                case 0 -> damaged = Arrays.copyOf(damaged, at);
                case 1 -> damaged[at] = (byte) random.nextInt(256);
                case 2 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                default -> {
                    byte[] longer = Arrays.copyOf(damaged, damaged.length + 1);
                    System.arraycopy(damaged, at, longer, at + 1, damaged.length - at);
                    longer[at] = (byte) random.nextInt(256);
                    damaged = longer;
                }
            }
        }
        return damaged;
    }

    private String object() {
        StringBuilder object = new StringBuilder(pick(SPACE)).append('{');
        int members = random.nextInt(6);
        for (int i = 0; i < members; i++) {
            String key = random.nextInt(4) == 0 ? "k" + i : KEYS.get(random.nextInt(KEYS.size()));
            object.append(i == 0 ? "" : ",").append(pick(SPACE)).append('"').append(key);
            object.append('"')
                    .append(pick(SPACE))
                    .append(':')
                    .append(pick(SPACE))
                    .append(member(key));
            object.append(pick(SPACE));
        }
        return object.append('}').toString();
    }

    private String member(String key) {
        boolean named = key.contains("xecutionId") && random.nextInt(4) > 0;
        if (!named) {
            return value(random.nextInt(4));
        }
        return switch (random.nextInt(5)) {
            case 0 -> "null";
            case 1 -> '"' + id.value().toUpperCase(Locale.ROOT) + '"';
            case 2 -> "\"another\"";
            default -> '"' + id.value() + '"';
        };
    }

    private String value(int depth) {
        if (random.nextInt(40) == 0) {
            return NOT_JSON.get(random.nextInt(NOT_JSON.size()));
        }
        if (random.nextInt(12) == 0) {
            return nested(random.nextInt(10) == 0 ? 200 : random.nextInt(60, 68));
        }
        if (depth == 0 || random.nextInt(3) == 0) {
            return SCALARS.get(random.nextInt(SCALARS.size()));
        }
        return random.nextBoolean()
                ? "[" + value(depth - 1) + "," + value(depth - 1) + "]"
                : "{\"executionId\":" + value(depth - 1) + ",\"a\":" + value(depth - 1) + "}";
    }

    /** Around a value, so many arrays and objects, with something beside the next level in each of them at times. */
    private String nested(int levels) {
        StringBuilder before = new StringBuilder();
        StringBuilder after = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            boolean object = random.nextInt(3) == 0;
            String beside = random.nextInt(60) == 0 ? value(0) : "";
            before.append(object ? "{" : "[").append(pick(SPACE));
            if (!beside.isEmpty()) {
                before.append(object ? "\"b\":" : "").append(beside).append(',');
            }
            before.append(object ? "\"a\":" : "").append(pick(SPACE));
            after.append(object ? '}' : ']').append(pick(SPACE));
            if (random.nextInt(60) == 0) {
                after.append(",").append(object ? "1" : "\"c\":2");
            }
        }
        String inside = random.nextInt(4) == 0 ? "" : value(random.nextInt(2));
        return before + inside + after;
    }

    private String pick(String[] from) {
        return from[random.nextInt(from.length)];
    }
}
