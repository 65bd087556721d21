package io.taskstatus.gateway.web;

import io.taskstatus.gateway.lookup.Question.Directive;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the request headers that change how a question is answered. What is malformed counts as absent. */
final class RequestDirectives {
    /** {@code version-traceid-parentid-flags} of W3C Trace Context, all-zero ids and version ff excluded. */
    private static final Pattern TRACEPARENT =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

    private RequestDirectives() {}

    /** What {@code Cache-Control} (RFC 9111, section 5.2.1) asks for; {@code only-if-cached} wins. */
    static Directive cacheControl(List<String> values) {
        Directive directive = Directive.NONE;
        for (String element : elements(values, ',')) {
            String name = nameOf(element);
            if (name.equals("only-if-cached")) {
                return Directive.ONLY_IF_CACHED;
            }
            if (name.equals("no-cache") || (name.equals("max-age") && isZero(valueOf(element)))) {
                directive = Directive.NO_CACHE;
            }
        }
        return directive;
    }

    /**
     * The {@code wait} of {@code Prefer} (RFC 7240, section 4.3), held to {@code max}; of several the first counts (section
     * 2), and a malformed one is none.
     */
    static Optional<Duration> preferredWait(List<String> values, Duration max) {
        for (String element : elements(values, ',')) {
            String preference =
                    elements(List.of(element), ';').stream().findFirst().orElse("");
            if (nameOf(preference).equals("wait")) {
                String seconds = valueOf(preference);
                if (!isDigits(seconds)) {
                    return Optional.empty();
                }
                boolean huge = seconds.length() > 9;
                Duration wait = huge ? max : Duration.ofSeconds(Long.parseLong(seconds));
                return Optional.of(wait.compareTo(max) > 0 ? max : wait);
            }
        }
        return Optional.empty();
    }

    /** Whether {@code If-None-Match} (RFC 9110, section 13.1.2) names {@code etag}, by weak comparison. */
    static boolean noneMatchNames(List<String> values, String etag) {
        if (values.contains(etag)) {
            return true;
        }
        for (String element : elements(values, ',', false)) {
            String tag = element.startsWith("W/") ? element.substring(2) : element;
            if (tag.equals(etag) || element.equals("*")) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether {@code Accept} (RFC 9110, section 12.5.1) names {@code text/event-stream} and does not prefer JSON to it.
     */
    static boolean wantsEvents(List<String> values) {
        double events = -1;
        double json = -1;
        int jsonSpecificity = -1;
        for (String element : elements(values, ',')) {
            List<String> parts = elements(List.of(element), ';');
            String range = parts.isEmpty() ? "" : parts.getFirst().toLowerCase(Locale.ROOT);
            double quality = qualityOf(parts);
            int specificity =
                    List.of("*/*", "application/*", "application/json").indexOf(range);
            if (range.equals("text/event-stream")) {
                events = Math.max(events, quality);
            } else if (specificity > jsonSpecificity) {
                jsonSpecificity = specificity;
                json = quality;
            }
        }
        return events > 0 && events >= json;
    }

    /** The one valid {@code traceparent} among {@code values}, or nothing. */
    static Optional<String> traceparent(List<String> values) {
        return values.size() == 1 && TRACEPARENT.matcher(values.getFirst()).matches()
                ? Optional.of(values.getFirst())
                : Optional.empty();
    }

    /** The trace id of a valid {@code traceparent}. */
    static String traceIdOf(String traceparent) {
        return traceparent.substring(3, 35);
    }

    private static double qualityOf(List<String> parts) {
        for (String parameter : parts.subList(Math.min(1, parts.size()), parts.size())) {
            if (nameOf(parameter).equals("q")) {
                String weight = valueOf(parameter);
                return weight.matches("0(\\.\\d{0,3})?|1(\\.0{0,3})?") ? Double.parseDouble(weight) : 0;
            }
        }
        return 1;
    }

    /** The elements of a list header, trimmed, empty ones left out; a separator inside quotes separates nothing. */
    private static List<String> elements(List<String> values, char separator) {
        return elements(values, separator, true);
    }

    /** @param pairs whether a backslash inside quotes hides the next character, as everywhere but in entity tags */
    private static List<String> elements(List<String> values, char separator, boolean pairs) {
        List<String> elements = new ArrayList<>(2);
        for (String value : values) {
            boolean quoted = false;
            int start = 0;
            for (int i = 0; i <= value.length(); i++) {
                if (i == value.length() || (value.charAt(i) == separator && !quoted)) {
                    String element = value.substring(start, i).strip();
                    if (!element.isEmpty()) {
                        elements.add(element);
                    }
                    start = i + 1;
                } else if (value.charAt(i) == '"') {
                    quoted = !quoted;
                } else if (pairs && value.charAt(i) == '\\' && quoted && i + 1 < value.length()) {
                    i++;
                }
            }
        }
        return elements;
    }

    private static String nameOf(String element) {
        int equals = element.indexOf('=');
        return (equals < 0 ? element : element.substring(0, equals)).strip().toLowerCase(Locale.ROOT);
    }

    private static String valueOf(String element) {
        int equals = element.indexOf('=');
        String value = equals < 0 ? "" : element.substring(equals + 1).strip();
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }

    private static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static boolean isZero(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c == '0');
    }
}
